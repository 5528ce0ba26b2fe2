// What time it is at the shop, whatever the shopper's device believes.
let ahead = 0; // how far the server's clock is ahead of this device's, in ms

export function learnServerTime(dateHeader) {
  const server = Date.parse(dateHeader ?? '');
  if (!Number.isNaN(server)) ahead = server - Date.now();
}

export const now = () => Date.now() + ahead;
