# Datagrams of one service class at a steady rate, and what of them arrives. Needs what perl-base has.
# flood.pl send SOURCE-PORT ADDRESS PORT DSCP KBIT-PER-SECOND SECONDS
# flood.pl receive PORT SECONDS        prints "RECEIVED HIGHEST JITTER-MILLISECONDS" (RFC 3550, 6.4.1)
use strict;
use warnings;
use Socket qw(:all);
use Time::HiRes qw(time sleep);

# Past what the machine allows everybody: a busy processor must not count as a loss. Linux's numbers, which Socket has no names for.
use constant { SO_SNDBUFFORCE => 32, SO_RCVBUFFORCE => 33 };

my $size = 1200;    # bytes of payload; 28 of headers go with them
my ($mode, @rest) = @ARGV;
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";

if ($mode eq 'send') {
    my ($from, $address, $port, $dscp, $kbits, $seconds) = @rest;
    setsockopt($socket, IPPROTO_IP, IP_TOS, pack('i', $dscp << 2)) or die "dscp: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_SNDBUFFORCE, pack('i', 4_000_000));
    bind($socket, pack_sockaddr_in($from, INADDR_ANY)) or die "bind: $!\n";
    my $to = pack_sockaddr_in($port, inet_aton($address));
    my $rate = $kbits * 1000 / 8 / ($size + 28);
    my ($start, $sent) = (time, 0);
    while ((my $at = time - $start) < $seconds) {
        # What is due by the clock, so that a late turn does not thin the stream.
        while ($sent < $at * $rate) { send($socket, pack('N d', $sent++, time) . 'x' x ($size - 12), 0, $to) }
        sleep 0.002;
    }
    print "$sent\n";
} else {
    my ($port, $seconds) = @rest;
    setsockopt($socket, SOL_SOCKET, SO_RCVBUFFORCE, pack('i', 8_000_000));
    bind($socket, pack_sockaddr_in($port, INADDR_ANY)) or die "bind: $!\n";
    my ($received, $highest, $jitter, $last) = (0, -1, 0, undef);
    my $end = time + $seconds;
    while ((my $left = $end - time) > 0) {
        my $ready = '';
        vec($ready, fileno($socket), 1) = 1;
        next unless select($ready, undef, undef, $left);
        next unless defined recv($socket, my $datagram, 2000, 0);
        my ($sequence, $stamp) = unpack('N d', $datagram);
        my $transit = time - $stamp;
        $jitter += (abs($transit - $last) - $jitter) / 16 if defined $last;
        $last = $transit;
        $received++;
        $highest = $sequence if $sequence > $highest;
    }
    printf "%d %d %.2f\n", $received, $highest, $jitter * 1000;
}
