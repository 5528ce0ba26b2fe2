// Sends the tokens from Khalti's widget to the shop's server. A token is stored before it is sent and removed only after a
// definite answer, so that a reload, lost connection or second tab loses no payment. Sending it twice is safe: verify is
// idempotent.
import { ApiError, verifyPayment } from './api.js';
import { local } from './store.js';

const definite = ['payment_declined', 'token_already_used', 'order_not_payable', 'payment_in_progress', 'amount_mismatch',
  'amount_out_of_range', 'validation_failed', 'not_found'];

const keyOf = orderId => `kc.verify.${orderId}`;

export function unsent(orderId) {
  const kept = local.get(keyOf(orderId));
  return Array.isArray(kept) ? kept.filter(entry => typeof entry?.token === 'string' && Number.isSafeInteger(entry.amount)) : [];
}

function removePending(orderId, token) {
  const left = unsent(orderId).filter(entry => entry.token !== token);
  if (left.length === 0) local.remove(keyOf(orderId));
  else local.set(keyOf(orderId), left);
}

// The token was used for another order, so the shopper may have been charged: this browser no longer offers to pay the order.
export const markHeld = orderId => local.set(`kc.held.${orderId}`, true);
export const isHeld = orderId => local.get(`kc.held.${orderId}`) === true;

// Returns false when the payload has no valid token or amount.
export function savePending(orderId, payload) {
  const token = payload?.token, amount = payload?.amount;
  if (typeof token !== 'string' || token === '' || token.length > 255 || !Number.isSafeInteger(amount)) return false;
  const entries = unsent(orderId);
  if (!entries.some(entry => entry.token === token)) local.set(keyOf(orderId), [...entries, { orderId, token, amount }]);
  return true;
}

export function createVerifier(orderId, { settled, refused, onFailure }) {
  let running = false, wake = null;

  const sleep = ms => new Promise(done => {
    const timer = setTimeout(done, ms);
    wake = () => { clearTimeout(timer); done(); };
  });

  async function run() {
    if (running) return;
    running = true;
    try {
      for (let delay = 2000; unsent(orderId).length > 0; delay = Math.min(30_000, delay * 1.5)) {
        const [entry] = unsent(orderId);
        try {
          const order = await verifyPayment({ orderId, token: entry.token, amount: entry.amount });
          if (order.id !== orderId) throw new ApiError('unknown', 'unreadable');
          removePending(orderId, entry.token);
          settled(order);
          delay = 2000;
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (error.kind === 'refused' && definite.includes(error.code)) {
            removePending(orderId, entry.token);
            await refused(error);
            continue;
          }
          onFailure(why(error), error);
          await sleep(error.retryAfter === null ? delay : Math.min(60_000, Math.max(1000, error.retryAfter * 1000)));
          wake = null;
        }
      }
    } finally {
      running = false;
    }
  }

  return { run, retryNow() { if (wake) wake(); else run(); } };
}

function why(error) {
  if (navigator.onLine === false) return 'offline';
  if (error.code === 'rate_limited') return 'rate_limited';
  return error.status >= 400 ? 'server' : 'network';
}
