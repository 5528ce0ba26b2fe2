// The shop page: shelf, basket, and the one button that places the order.
import { ApiError, getConfig, getOrder, getProducts, problemOf } from './api.js';
import { byId, focusOn, setText, show } from './dom.js';
import { addTexts, digits, has, onLanguage, t } from './i18n.js';
import { local } from './store.js';
import { money } from './money.js';
import { dressPage, startPage } from './page.js';
import { drawBasket, limits, rangeOf, totalOf } from './basket.js';
import { drawCatalogue, nameOf } from './catalogue.js';
import { badFields, markFields, place, readForm } from './place.js';
import { forget, orderedIds, remember, takeOutIfPaid } from './ordered.js';
import * as cart from './cart.js';
import en from './text/shop-en.js';
import ne from './text/shop-ne.js';

let products = null;
let config = null;
let placing = false;
let refusal = null; // how to say again, in the other language, what went wrong
let someGone = false;

function draw() {
  const wanted = cart.read();
  if (products) {
    drawCatalogue(products, wanted, add);
    drawBasket({ products, cart: wanted, config, change });
  } else {
    show(byId('basket-empty'), wanted.size === 0); // what is in it can't be named yet
  }
  const filled = products !== null && products.some(product => wanted.has(product.id));
  show(byId('basket-bar'), filled);
  setText(byId('place-error'), refusal ? refusal() : '');
  show(byId('place-error'), refusal !== null);
  setText(byId('basket-note'), someGone ? t('basket.gone') : '');
  show(byId('basket-note'), someGone);
  const button = byId('place-order');
  setText(button, t(placing ? 'form.placing' : 'form.place'));
  button.setAttribute('aria-disabled', String(placing || rangeOf(config, products ? totalOf(products, wanted) : 0) !== null));
  drawLastOrder();
}

function drawLastOrder() {
  const last = local.get('kc.lastOrder');
  const fresh = typeof last?.id === 'string' && Date.now() - last.at < 24 * 3_600_000;
  show(byId('last-order'), fresh);
  if (fresh) byId('last-order-link').href = `/order.html?id=${encodeURIComponent(last.id)}`;
}

function say(text) { setText(byId('said'), text); }

const productById = id => products.find(product => product.id === id);
const total = () => money(totalOf(products, cart.read()));

function add(id) {
  cart.add(id);
  refusal = null;
  draw();
  say(t('shop.added', { name: nameOf(productById(id)), total: total() }));
}

function change(id, quantity) {
  const before = cart.read().get(id);
  cart.put(id, quantity);
  if (before !== quantity) refusal = null;
  draw();
  if (before === quantity) return;
  const name = nameOf(productById(id));
  say(quantity === 0 ? t('basket.removed', { name, total: total() })
    : t('basket.changed', { name, count: digits(quantity), total: total() }));
}

async function submit(event) {
  event.preventDefault();
  if (placing || !products) return;
  const wanted = new Map([...cart.read()].filter(([id]) => productById(id)));
  if (wanted.size === 0) return;
  if (rangeOf(config, totalOf(products, wanted))) {
    focusOn(byId('basket-range'));
    return;
  }
  const { customer, bad } = readForm();
  const wrong = markFields(bad);
  if (wrong) {
    wrong.focus();
    return;
  }

  placing = true;
  refusal = null;
  draw();
  try {
    const order = await place(wanted, customer);
    local.set('kc.lastOrder', { id: order.id, at: Date.now() });
    remember(order.id, wanted);
    location.assign(`/order.html?id=${encodeURIComponent(order.id)}`);
  } catch (error) {
    placing = false;
    refused(problemOf(error));
  }
}

function refused(error) {
  refusal = () => wordsFor(error);
  draw();
  const wrong = markFields(badFields(error.errors));
  focusOn(wrong ?? byId('place-error'));
}

function wordsFor(error) {
  if (error.kind === 'fault') return t('place.fault', { what: error.code });
  if (navigator.onLine === false) return t('place.offline');
  const trace = error.traceId ? ` ${t('trace', { trace: error.traceId })}` : '';
  if (error.code === 'amount_out_of_range') {
    return config?.maxAmount == null ? t('place.amount_out_of_range.plain') : t('place.amount_out_of_range', limits(config));
  }
  if (error.code === 'rate_limited') return t('place.rate_limited');
  if (error.kind === 'unknown' || error.code === 'idempotency_in_progress') return t('place.unknown') + trace;
  if (has(`place.${error.code}`)) return t(`place.${error.code}`);
  return t('place.refused', { code: error.code }) + trace;
}

async function load() {
  show(byId('shelf-failed'), false);
  show(byId('shelf-loading'), true);
  show(byId('shelf-slow'), false);
  const slow = setTimeout(() => show(byId('shelf-slow'), true), 4000);
  try {
    const [foundConfig, found] = await Promise.all([getConfig(), getProducts()]);
    if (!Array.isArray(found)) throw new ApiError('unknown', 'unreadable');
    config = foundConfig;
    products = found.filter(product => typeof product?.id === 'string' && Number.isSafeInteger(product.price));
    dressPage(config);
    for (const id of cart.read().keys()) {
      if (productById(id)) continue;
      cart.put(id, 0);
      someGone = true;
    }
    show(byId('shelf-none'), products.length === 0);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    show(byId('shelf-failed'), products === null);
  } finally {
    clearTimeout(slow);
    show(byId('shelf-loading'), false);
    show(byId('shelf-slow'), false);
    draw();
  }
}

// An order may have been paid while its own page was closed.
async function takeOutWhatIsPaid() {
  await Promise.all(orderedIds().slice(0, 3).map(async id => {
    try {
      takeOutIfPaid(await getOrder(id));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind === 'refused') forget(id);
    }
  }));
  draw();
}

addTexts({ en, ne });
startPage('shop.page');
onLanguage(() => {
  draw();
  markFields(readForm().bad.filter(field => byId(`customer-${field}`).hasAttribute('aria-invalid')));
});
byId('checkout').addEventListener('submit', submit);
byId('shelf-again').addEventListener('click', load);
window.addEventListener('online', () => { if (!products) load(); });
window.addEventListener('pageshow', event => {
  if (!event.persisted) return;
  placing = false; // back from the order page
  takeOutWhatIsPaid();
});
cart.onOtherTab(draw);
// The bar at the foot of a small screen is of no use while the basket itself is in view.
new IntersectionObserver(([seen]) => byId('basket-bar').classList.toggle('away', seen.isIntersecting)).observe(byId('basket'));
load();
if (cart.read().size > 0) takeOutWhatIsPaid();
