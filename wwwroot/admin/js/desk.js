// The merchant's desk: one page whose address says what it shows, so that back, reload and a bookmark work.
import { getConfig } from '../../js/api.js';
import { byId, el, focusOn, setText, show } from '../../js/dom.js';
import { addTexts, digits, onLanguage, t } from '../../js/i18n.js';
import { dressPage, startPage, storeName } from '../../js/page.js';
import { dayOf } from '../../js/time.js';
import { readSummary, signOut, whoAmI } from './admin-api.js';
import en from './text/desk-en.js';
import ne from './text/desk-ne.js';
import { leave, whyNot, word } from './parts.js';
import { session } from './session.js';
import { showSignIn } from './sign-in.js';
import { showOrders } from './orders.js';
import { showOrder } from './order.js';
import { showInbox } from './inbox.js';
import { showSales } from './sales.js';
import { showKeys } from './keys.js';
import { showCloses } from './closes.js';

addTexts({ en, ne });

const views = [
  { name: 'orders', scope: 'read', show: showOrders },
  { name: 'inbox', scope: 'read', show: showInbox },
  { name: 'sales', scope: 'read', show: showSales },
  { name: 'closes', scope: 'read', show: showCloses },
  { name: 'keys', scope: 'admin', show: showKeys },
];

let drawing = 0;
let waiting = null; // how many orders want a look
let notices = [];   // what whoever runs the shop should see to, in words

function where() {
  const address = new URLSearchParams(location.search);
  const name = address.has('order') ? 'order' : address.get('view') ?? 'orders';
  return { name, address };
}

// Goes to another address of the desk, as a link does.
function go(to, { focus = true } = {}) {
  history.pushState({ fromDesk: true }, '', to);
  draw({ focus });
}

async function draw({ focus = true } = {}) {
  const mine = ++drawing;
  const isCurrent = () => mine === drawing;
  leave();
  tellInHeader('');
  const { name, address } = where();
  drawHeader(name);
  const place = el('div');
  const context = {
    place, address, go, isCurrent,
    // Signed out meanwhile: the address stays, and with it the way back.
    expired: () => { session.end(); draw(); },
    refreshCount,
  };
  const view = name === 'order' ? { scope: 'read', show: showOrder } : views.find(one => one.name === name) ?? views[0];
  if (!session.isOpen) showSignIn({ ...context, signedIn });
  else if (!session.may(view.scope)) place.append(el('h1', {}, t('forbidden')), el('p', {}, t('forbidden.text', { scope: t(`scope.${view.scope}`) })));
  else view.show(context);
  byId('view').replaceChildren(place);
  const heading = place.querySelector('h1');
  drawTitle();
  if (focus && heading && session.isOpen) {
    window.scrollTo(0, 0);
    focusOn(heading);
  }
}

function drawTitle() {
  document.title = `${byId('view').querySelector('h1')?.textContent ?? t('desk')} · ${storeName()}`;
}

function signedIn() {
  draw();
  refreshCount();
}

function tellInHeader(text) {
  setText(byId('header-note'), text);
  show(byId('header-note'), text !== '');
}

function drawHeader(name) {
  const warning = session.isOpen ? notices.map(said => said()).join(' ') : '';
  setText(byId('notices'), warning);
  show(byId('notices'), warning !== '');
  show(byId('who'), session.isOpen);
  show(byId('nav'), session.isOpen);
  if (!session.isOpen) return;
  setText(byId('who-name'), t('who', { name: session.name, scopes: session.scopes.map(scope => t(`scope.${scope}`)).join(', ') }));
  byId('nav').replaceChildren(...views.filter(view => session.may(view.scope)).map(view => el(
    'a', { href: view.name === 'orders' ? '/admin/' : `/admin/?view=${view.name}`, 'aria-current': view.name === name ? 'page' : null },
    t(`nav.${view.name}`),
    view.name === 'inbox' && waiting > 0 ? el('span', { class: 'count' }, digits(waiting), el('span', { class: 'unseen' }, ` ${t('inbox.waiting')}`)) : null)));
}

async function refreshCount() {
  if (!session.may('read')) return;
  try {
    const { attentionOrders, unmatchedTransactions, notices: found, daysNotCompared: days } = await readSummary(1);
    waiting = attentionOrders + (unmatchedTransactions ?? 0);
    notices = (found ?? []).map(code => () => word('notice', code));
    if (days?.length > 0) notices.push(() => t('notice.days_not_compared', { days: days.map(dayOf).join(', ') }));
    if (session.isOpen) drawHeader(where().name);
  } catch { /* the number is a courtesy */ }
}

document.addEventListener('click', event => {
  const link = event.target.closest('a[href]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.href);
  if (link.target !== '' || link.hasAttribute('download') || to.origin !== location.origin || to.pathname !== '/admin/' || to.hash !== '') return;
  event.preventDefault();
  go(to.pathname + to.search);
});
window.addEventListener('popstate', () => draw());

byId('sign-out').addEventListener('click', async () => {
  try { await signOut(); } catch (error) {
    if (error.status !== 401) { // 401: the sign-in has ended already
      tellInHeader(t('out.failed', { why: whyNot(error) }));
      return;
    }
  }
  session.end();
  go('/admin/');
});

startPage('desk');
onLanguage(() => draw({ focus: false }));
getConfig().then(config => { dressPage(config); drawTitle(); }, () => {}); // the page does without
try {
  session.begin(await whoAmI());
} catch { /* nobody yet */ }
draw({ focus: false });
refreshCount();
