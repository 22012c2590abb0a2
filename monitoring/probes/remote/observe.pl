# Tells which of our datagrams get past this host's packet filter: a raw socket is given a packet after the filter has let it in,
# whether anybody listens on its port or not. Arguments: the word that marks our datagrams, seconds. Prints their numbers.
use strict;
use warnings;
use Socket qw(:all);
use Time::HiRes qw(time);

my ($word, $seconds) = @ARGV;
my @sockets;
for my $family (AF_INET, AF_INET6) {
    socket(my $socket, $family, SOCK_RAW, IPPROTO_UDP) or die "socket: $!\n";
    push @sockets, $socket;
}
my $end = time + $seconds;
my %seen;
while ((my $left = $end - time) > 0) {
    my $read = '';
    vec($read, fileno $_, 1) = 1 for @sockets;
    select($read, undef, undef, $left) > 0 or next;
    for my $socket (grep { vec($read, fileno $_, 1) } @sockets) {
        recv($socket, my $data, 65536, MSG_DONTWAIT);
        $seen{$1} = 1 if defined $data && $data =~ /\Q$word\E (\d+)\n/;
    }
}
print map { "$_\n" } keys %seen;
