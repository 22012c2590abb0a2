# Sends the first packet of each flow and tells what came back. Needs root and what perl-base has.
# Arguments: a word that marks our datagrams, then flows as NUMBER,PROTOCOL,SOURCE,DESTINATION,PORT.
# Prints "NUMBER OUTCOME": connected, refused, answered, prohibited (an ICMP error says so), forbidden (our own host does not let
# it out), silent; for udp "silent" says nothing, since nobody has to answer: the observer at the other end knows.
use strict;
use warnings;
use Socket qw(:all);
use Time::HiRes qw(time sleep);
use Errno qw(EPERM EACCES ECONNREFUSED EHOSTUNREACH ENETUNREACH EINPROGRESS);
use Fcntl;

my ($word, @flows) = @ARGV;
my $pause = 0.004;
my $patience = 4;
my (%outcome, %sockets, %again, %echo);
my $id = $$ & 0xffff;

sub address { my ($text, $port) = @_; return $text =~ /:/ ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $text)) : pack_sockaddr_in($port, inet_aton($text)) }

sub failure {
    return 'forbidden' if $! == EPERM;
    return 'refused' if $! == ECONNREFUSED;
    return $! == EACCES || $! == EHOSTUNREACH || $! == ENETUNREACH ? 'prohibited' : undef;
}

# One raw socket a family and source sends all echo requests and hears all replies.
sub echo_socket {
    my ($source) = @_;
    my $six = $source =~ /:/;
    return $echo{$source} //= do {
        socket(my $socket, $six ? AF_INET6 : AF_INET, SOCK_RAW, $six ? 58 : 1) or die "socket: $!\n";
        bind($socket, address($source, 0)) or die "bind $source: $!\n";
        fcntl($socket, F_SETFL, O_NONBLOCK);
        $socket;
    };
}

sub echo_request {
    my ($six, $number) = @_;
    my $packet = pack('C C n n n', $six ? 128 : 8, 0, 0, $id, $number);
    return $packet if $six;
    my $sum = unpack('%32n*', $packet);
    $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
    return pack('C C n n n', 8, 0, ~$sum & 0xffff, $id, $number);
}

sub begin {
    my ($flow) = @_;
    my ($number, $protocol, $source, $destination, $port) = split /,/, $flow;
    my $six = $source =~ /:/;
    if ($protocol eq 'icmp') {
        $again{$number} = sub { send(echo_socket($source), echo_request($six, $number), 0, address($destination, 0)) or $outcome{$number} //= failure() };
        return $again{$number}->();
    }
    socket(my $socket, $six ? AF_INET6 : AF_INET, $protocol eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!\n";
    bind($socket, address($source, 0)) or die "bind $source: $!\n";
    fcntl($socket, F_SETFL, O_NONBLOCK);
    $sockets{$number} = [$socket, $protocol];
    if (!connect($socket, address($destination, $port)) && $! != EINPROGRESS) { $outcome{$number} = failure() // 'silent'; return }
    return if $protocol eq 'tcp';
    $again{$number} = sub { defined send($socket, "$word $number\n", 0) or $outcome{$number} //= failure() };
    $again{$number}->();
}

sub listen_once {
    my ($wait) = @_;
    my ($read, $write) = ('', '');
    for my $number (keys %sockets) {
        next if defined $outcome{$number};
        my ($socket, $protocol) = @{ $sockets{$number} };
        vec($protocol eq 'tcp' ? $write : $read, fileno $socket, 1) = 1;
    }
    vec($read, fileno $_, 1) = 1 for values %echo;
    select(my $readable = $read, my $writable = $write, undef, $wait) > 0 or return;
    for my $number (keys %sockets) {
        next if defined $outcome{$number};
        my ($socket, $protocol) = @{ $sockets{$number} };
        if ($protocol eq 'tcp' && vec($writable, fileno $socket, 1)) {
            $! = unpack 'i', getsockopt($socket, SOL_SOCKET, SO_ERROR);
            $outcome{$number} = $! == 0 ? 'connected' : failure() // 'silent';
            close $socket;
        } elsif ($protocol eq 'udp' && vec($readable, fileno $socket, 1)) {
            $outcome{$number} = defined recv($socket, my $data, 65536, 0) ? 'answered' : failure();
        }
    }
    for my $source (keys %echo) {
        next unless vec($readable, fileno $echo{$source}, 1);
        while (defined recv($echo{$source}, my $data, 65536, 0)) {
            my $six = $source =~ /:/;
            $data = substr $data, (ord($data) & 15) * 4 unless $six;
            my ($type, undef, undef, $theirs, $number) = unpack 'C C n n n', $data;
            $outcome{$number} //= 'answered' if $type == ($six ? 129 : 0) && $theirs == $id;
        }
    }
}

for my $flow (@flows) { begin($flow); listen_once(0); sleep $pause }
my $start = time;
my $due = 1;
while ((my $passed = time - $start) < $patience) {
    my @open = grep { !defined $outcome{(split /,/)[0]} } @flows;
    last unless @open;
    if ($passed >= $due && $due < 3) {
        $due++;
        for (@open) { my ($number) = split /,/; next unless $again{$number}; $again{$number}->(); sleep $pause }
    }
    listen_once(0.1);
}
for (@flows) { my ($number) = split /,/; print "$number ", $outcome{$number} // 'silent', "\n" }
