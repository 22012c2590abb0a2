/**
 * A paced UDP stream, one datagram every few milliseconds, and the gaps that its receiver saw: how failover is felt.
 * Run as a program in a network namespace: `node stream.ts receive ADDRESS PORT` prints one JSON line when it gets SIGTERM;
 * `node stream.ts send ADDRESS PORT INTERVAL_MILLISECONDS` sends until SIGTERM.
 */
import { createSocket } from "node:dgram";

export interface StreamReport {
  readonly received: number;
  /** Highest sequence number + 1 less what was received. */
  readonly lost: number;
  /** Longest time between two datagrams in a row, milliseconds, and how many sequence numbers were lost in it. */
  readonly longestGapMilliseconds: number;
  readonly lostInLongestGap: number;
}

function receive(address: string, port: number): void {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  let received = 0;
  let highest = -1;
  let lastAt = 0;
  let gap = { milliseconds: 0, lost: 0 };
  socket.on("message", (message) => {
    const now = performance.now();
    const sequence = message.readUInt32BE(0);
    if (received > 0 && now - lastAt > gap.milliseconds) gap = { milliseconds: now - lastAt, lost: Math.max(0, sequence - highest - 1) };
    received += 1;
    highest = Math.max(highest, sequence);
    lastAt = now;
  });
  socket.bind(port, address);
  process.on("SIGTERM", () => {
    const report: StreamReport = {
      received, lost: highest + 1 - received, longestGapMilliseconds: Math.round(gap.milliseconds), lostInLongestGap: gap.lost,
    };
    console.log(JSON.stringify(report));
    process.exit(0);
  });
}

function send(address: string, port: number, intervalMilliseconds: number): void {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const startedAt = performance.now();
  let sequence = 0;
  // Sends what is due by the clock, so that a late timer does not thin the stream.
  setInterval(() => {
    while (sequence * intervalMilliseconds <= performance.now() - startedAt) {
      const message = Buffer.alloc(160);
      message.writeUInt32BE(sequence++, 0);
      socket.send(message, port, address, () => {});
    }
  }, intervalMilliseconds);
  process.on("SIGTERM", () => process.exit(0));
}

const [mode, address, port, interval] = process.argv.slice(2);
if (mode === "receive") receive(address as string, Number(port));
else if (mode === "send") send(address as string, Number(port), Number(interval));
