// The page's state for an order, as a pure function of the order, this browser's unsent tokens and holds, and the time.

const done = ['failed', 'cancelled', 'expired'];      // this try took no money
const harmless = [...done, 'initiated'];              // and these do not forbid another try
const final = ['paid', 'refunded', 'partially_refunded'];

const payments = order => Array.isArray(order.payments) ? order.payments : [];

export function newestPayment(order) {
  return payments(order).reduce((newest, payment) =>
    newest === null || age(payment) > age(newest) || (age(payment) === age(newest) && String(payment.id) > String(newest.id))
      ? payment : newest, null);
}

const age = payment => Date.parse(payment.createdAt ?? '') || 0;

export const isOpen = order => payments(order).some(payment => payment.status === 'verifying' || payment.status === 'needs_review');

// A page of Khalti's that was opened for this order and can still take money.
export const hasOpenLink = order => payments(order).some(payment => payment.status === 'initiated');

export function stateOf(order, { unsent, held, now }) {
  if (final.includes(order.status)) return order.status;
  if (payments(order).some(payment => payment.status === 'verifying')) return 'verifying';
  if (unsent) return 'checking';
  if (held) return 'held';
  if (payments(order).some(payment => payment.status === 'needs_review')) return 'needs_review';
  if (order.status === 'expired' || order.status === 'cancelled') return order.status;
  if (order.status !== 'pending') return 'other';
  // A payment in any other state on an unpaid order is nothing to build a second payment on.
  if (!payments(order).every(payment => harmless.includes(payment.status))) return 'needs_review';
  if (order.expiresAt && now >= Date.parse(order.expiresAt)) return 'timeup';
  const newest = newestPayment(order)?.status;
  if (hasOpenLink(order)) return 'initiated';
  return done.includes(newest) ? 'retry' : 'open';
}

export const payable = state => state === 'open' || state === 'retry' || state === 'initiated';

// No further change is expected. A later one, such as a refund, is shown when the page is loaded again.
export const settled = (state, order) => [...final, 'cancelled', 'expired'].includes(state) && !isOpen(order)
  && !(['cancelled', 'expired'].includes(state) && hasOpenLink(order));

// Updates may arrive out of order, by events and by polling. An order's status never goes back, and payments are never removed.
const progressRank = { pending: 0, cancelled: 1, expired: 1, paid: 2, partially_refunded: 3, refunded: 4 };

export const isOutdated = (known, found) => known !== null
  && ((progressRank[found.status] ?? 0) < (progressRank[known.status] ?? 0) || payments(found).length < payments(known).length);

export const tone = state => ({
  open: 'ask', retry: 'ask', initiated: 'wait', checking: 'wait', verifying: 'wait', timeup: 'wait', needs_review: 'hand', held: 'hand',
  paid: 'good', refunded: 'back', partially_refunded: 'back', expired: 'stop', cancelled: 'stop',
})[state] ?? 'wait';
