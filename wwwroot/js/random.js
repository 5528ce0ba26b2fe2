// A key that nobody can guess. Not crypto.randomUUID: over plain http a browser has that for localhost only.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
