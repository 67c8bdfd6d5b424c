import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENS = '0A';
/** 127.0.0.1 and ::1, as the tables write them: what listens there is for this machine alone. */
const LOOPBACK = ['0100007F', '00000000000000000000000001000000'];

/** The TCP ports at which a process can be reached from other machines, in order; from Linux' own tables. */
export function listeningPorts(pid: number): number[] {
  const sockets = new Set(openFiles(pid).flatMap((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1] ?? []));
  const ports = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTENS && sockets.has(inode!))
      .map(([, address]) => address!.split(':') as [string, string])
      .filter(([address]) => !LOOPBACK.includes(address))
      .map(([, port]) => Number.parseInt(port, 16)),
  );
  return [...new Set(ports)].sort((a, b) => a - b);
}

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}
