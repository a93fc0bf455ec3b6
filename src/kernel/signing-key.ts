/** Ed25519 keys as people keep them (PKCS#8) and as clients check with them (JSON Web Keys, RFC 8037). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** PEM, or base64 of that or of its bytes, for where a setting has one line; undefined where it is no such key. */
export function signingKeyOf(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, 'base64');
  const pem = [text, bytes.toString('latin1')].find((candidate) => candidate.includes('-----BEGIN'));
  try {
    const key = createPrivateKey(pem ?? { key: bytes, format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The public half: the coordinate x, and the thumbprint (RFC 7638) that the key goes by. */
export function publicHalf(key: KeyObject): { kid: string; x: string } {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  return { kid, x };
}
