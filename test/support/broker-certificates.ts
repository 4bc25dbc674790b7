import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../deploy/local/broker-command.ts';

/** Paths of PEM files. Keys are unencrypted. */
export interface Certificates {
  ca: string;
  /** Of a certificate authority that signed nothing. */
  strangerCa: string;
  broker: CertificateFiles;
  client: CertificateFiles;
  /** Signed by an authority that the broker does not know. */
  stranger: CertificateFiles;
}

export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** A certificate authority of our own and what it signed, for a broker on 127.0.0.1. @returns a text when there is no openssl */
export async function makeCertificates(folder: string): Promise<Certificates | string> {
  const version = await runCommand('openssl', ['version'], { timeoutMs: 10_000 });
  if (!version.isOk) return version.failure;
  mkdirSync(folder, { recursive: true });
  const ca = await selfSigned(folder, 'ca');
  const strangerCa = await selfSigned(folder, 'stranger-ca');
  return {
    ca: ca.certificate,
    strangerCa: strangerCa.certificate,
    broker: await signed(folder, 'broker', ca),
    client: await signed(folder, 'client', ca),
    stranger: await signed(folder, 'stranger', strangerCa),
  };
}

async function selfSigned(folder: string, name: string): Promise<CertificateFiles> {
  const files = filesOf(folder, name);
  const certificate = ['-x509', '-days', '2', '-subj', `/CN=${name}`, '-out', files.certificate];
  const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  await openssl(['req', ...newKey(files), ...certificate, ...extensions]);
  return files;
}

async function signed(folder: string, name: string, ca: CertificateFiles): Promise<CertificateFiles> {
  const files = filesOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1\n');
  await openssl(['req', ...newKey(files), '-subj', `/CN=${name}`, '-out', request]);
  const signing = ['-CA', ca.certificate, '-CAkey', ca.key, '-CAcreateserial', '-days', '2'];
  await openssl([
    'x509',
    '-req',
    '-in',
    request,
    ...signing,
    '-extfile',
    extensions,
    '-out',
    files.certificate,
  ]);
  return files;
}

function filesOf(folder: string, name: string): CertificateFiles {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

function newKey({ key }: CertificateFiles): string[] {
  return ['-newkey', 'rsa:2048', '-nodes', '-keyout', key];
}

async function openssl(args: string[]): Promise<void> {
  const made = await runCommand('openssl', args, { timeoutMs: 60_000 });
  if (!made.isOk) throw new Error(`making test certificates failed: ${made.failure}`);
}
