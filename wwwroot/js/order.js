// The order page: what the shop's server knows about one order, and the way to pay it.
import { ApiError, cancelOrder, eventsOf, getConfig, getOrder, getProducts, initiatePayment, problemOf } from './api.js';
import { copyText } from './copy.js';
import { byId, focusOn, setText } from './dom.js';
import { addTexts, language, onLanguage, t } from './i18n.js';
import { local } from './store.js';
import { now } from './server-clock.js';
import { dressPage, startPage } from './page.js';
import { hasOpenLink, isOutdated, payable, settled, stateOf } from './order-state.js';
import { drawCountdown, drawMessage, drawPay, drawStatus } from './order-view.js';
import { takeOutIfPaid } from './ordered.js';
import { newKey } from './random.js';
import { drawReceipt } from './receipt.js';
import { prepareCancel } from './cancel.js';
import { createWatch } from './watch.js';
import { createVerifier, markHeld, isHeld, unsent, savePending } from './verify.js';
import { openWidget, prepareWayOut } from './widget.js';
import * as cart from './cart.js';
import en from './text/order-en.js';
import ne from './text/order-ne.js';

const id = (new URLSearchParams(location.search).get('id') ?? '').trim();
let order = null;
let config = null;
let products = null;
let problem = null;   // while there is no order to show: { code: 'missing', 'unreachable' or 'fault', what }
let notice = null;    // what came of the last step: { code, what }
let why = null;       // why the outcome is not known yet
let unsure = false;   // a payment was refused, and the order has not been read since
let opening = null;   // 'widget' or 'epayment' between click and window
let asked = 0;        // an answer that was overtaken by a newer one is dropped

const state = () => stateOf(order, { unsent: unsure || unsent(id).length > 0, held: isHeld(id), now: now() });

const watch = createWatch(eventsOf(id), onUpdate, refresh);
const verifier = createVerifier(id, {
  settled(found) {
    asked++;
    order = found;
    notice = why = null;
    unsure = false;
    draw();
    focusOn(byId('status-title'));
  },
  async refused(error) {
    if (error.code === 'token_already_used') markHeld(id);
    notice = { code: error.code };
    why = null;
    unsure = true;
    await refresh();
    focusOn(byId('status-note').hidden ? byId('status-title') : byId('status-note'));
  },
  onFailure(reason) {
    why = reason;
    draw();
  },
});

function draw() {
  if (!order) {
    const waits = problem?.code === 'unreachable';
    if (problem) drawMessage(`order.${problem.code}`, { reference: id, toneOf: waits ? 'wait' : 'stop', what: problem.what });
    watch.run({ events: false, questions: waits });
    return;
  }
  const current = state();
  takeOutIfPaid(order);
  drawStatus({ order, state: current, why, notice });
  drawPay({ order, state: current, config, opening });
  drawReceipt(order, products);
  byId('restart').hidden = current !== 'expired' && current !== 'cancelled';
  watch.run({ events: !settled(current, order), questions: unsure || config === null });
  if (language() === 'ne' && products === null) fetchNames();
}

async function fetchNames() {
  products = [];
  try {
    products = await getProducts();
    draw();
  } catch { products = []; /* the order's own names will do */ }
}

async function refresh() {
  const mine = ++asked;
  const [foundConfig, found] = await Promise.allSettled([config ?? getConfig(), getOrder(id)]);
  if (foundConfig.status === 'fulfilled' && config === null) dressPage(config = foundConfig.value);
  if (mine !== asked) return;
  if (found.status === 'fulfilled' && found.value.id === id) {
    unsure = false;
    applyUpdate(found.value);
  } else if (!order) {
    problem = found.status === 'rejected'
      ? noticeOf(found.reason, 'unreachable', { refused: 'missing' })
      : { code: 'unreachable' };
  }
  draw();
}

function applyUpdate(found) {
  problem = null;
  if (isOutdated(order, found)) return;
  order = found;
  if (['cancelled', 'expired', 'refunded'].includes(order.status) && local.get('kc.lastOrder')?.id === id) local.remove('kc.lastOrder');
}

function onUpdate(found) {
  if (found?.id !== id) return;
  asked++;
  applyUpdate(found);
  draw();
}

// The order may have been paid or cancelled elsewhere since this page was drawn: look before opening a window.
async function stillPayable() {
  try {
    asked++;
    applyUpdate(await getOrder(id));
  } catch (error) {
    notice = noticeOf(error, 'unreachable', { refused: 'unreachable' });
    return false;
  }
  if (payable(state())) return true;
  notice = { code: 'changed' };
  return false;
}

async function pay() {
  if (opening || !order) return;
  opening = 'widget';
  notice = null;
  draw();
  if (!await stillPayable()) return stopOpening();
  openWidget(config.widget, order, {
    ready: () => stopOpening(),
    blocked() { stopOpening({ code: 'widget_blocked' }, byId('pay-with-khalti')); },
    left() {
      stopOpening(unsent(id).length === 0 ? { code: 'left' } : null, byId('pay-with-khalti'));
      refresh(); // who lost patience is told how it stands now
    },
    closed() { stopOpening(unsent(id).length === 0 ? { code: 'closed' } : null, byId('pay-with-khalti')); },
    success(payload) {
      // Only a hint: anybody can send such a message. The server asks Khalti.
      const readable = savePending(id, payload);
      stopOpening(readable ? null : { code: 'validation_failed' }, byId('status-title'));
      if (readable) verifier.retryNow();
    },
  });
}

function stopOpening(news = notice, focus = null) {
  opening = null;
  notice = news;
  draw();
  if (focus) focusOn(focus.hidden ? byId('status-title') : focus);
}

async function payOnKhaltisPage() {
  if (opening || !order) return;
  opening = 'epayment';
  notice = null;
  draw();
  if (!await stillPayable()) return stopOpening();
  try {
    const started = await initiatePayment(id, newKey());
    if (!/^https?:\/\//.test(started.paymentUrl)) throw new ApiError('unknown', 'unreadable');
    location.assign(started.paymentUrl);
  } catch (error) {
    opening = null;
    notice = error.code === 'khalti_unavailable' ? { code: error.code } : noticeOf(error, 'initiate_unknown');
    await refresh();
  }
}

async function cancel() {
  notice = null;
  try {
    const found = await cancelOrder(id, newKey());
    asked++;
    if (found.id === id) order = found;
    draw();
  } catch (error) {
    notice = noticeOf(error, 'cancel_unknown');
    await refresh();
  }
  focusOn(byId('status-title'));
}

// What to tell of a step that did not work: the server's refusal, an answer that did not come, or a fault of this page.
function noticeOf(error, unknown, { refused = null } = {}) {
  const { kind, code } = problemOf(error);
  return kind === 'fault' ? { code: kind, what: code } : { code: kind === 'refused' ? refused ?? code : unknown };
}

async function copyReference() {
  if (await copyText(id, byId('copy'))) {
    setText(byId('copy'), t('order.copied'));
    setTimeout(() => setText(byId('copy'), t('order.copy')), 2500);
  } else {
    getSelection().selectAllChildren(byId('reference-id')); // then the keyboard copies it
  }
}

// "Start again" brings the same things back, unless the shopper has begun another basket.
function refill() {
  if (cart.read().size > 0) return;
  for (const line of order.lines ?? []) if (line.productId) cart.put(line.productId, line.quantity);
}

function wake() {
  if (id === '' || problem?.code === 'missing') return;
  if (unsent(id).length > 0) verifier.retryNow();
  refresh();
}

addTexts({ en, ne });
startPage('order.page');
onLanguage(draw);
byId('pay-with-khalti').addEventListener('click', pay);
byId('pay-with-epayment').addEventListener('click', payOnKhaltisPage);
byId('copy').addEventListener('click', copyReference);
byId('print').addEventListener('click', () => window.print());
byId('restart').addEventListener('click', refill);
prepareCancel(cancel, () => order && hasOpenLink(order) ? 'cancel.text.link' : 'cancel.text');
prepareWayOut();
window.addEventListener('online', wake);
window.addEventListener('pageshow', event => {
  if (!event.persisted) return;
  opening = null;
  wake();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  if (!watch.hears()) wake();
  else if (unsent(id).length > 0) verifier.retryNow();
});
window.addEventListener('storage', event => { if (event.key?.startsWith('kc.verify.')) wake(); }); // another tab knows more
setInterval(() => {
  if (!order || byId('pay-panel').hidden) return;
  if (state() === 'timeup') draw();
  else if (order.expiresAt) drawCountdown(order);
}, 1000);

if (id === '') {
  problem = { code: 'missing' };
  draw();
  getConfig().then(dressPage, () => {});
} else {
  wake();
}
