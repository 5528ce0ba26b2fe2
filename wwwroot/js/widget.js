// Khalti's window. Its own error handler never calls and a dead host leaves the page covered (khalti-api.md, G19 and G25),
// so this keeps a clock of its own and can always take the cover away.
import { byId, show } from './dom.js';
import { t } from './i18n.js';

const patience = 15_000;
const polite = 700;   // a window that opens at once needs no way out
let widget = null;    // one instance, shown again after the shopper closed it
let parts = [];       // what it has put into the page
let loaded = false;
let open = null;      // { closed, left, blocked, ready } from the click until the window is gone
let clock = null;
let waiting = null;   // until the way out is shown
let stopScript = null; // while the script is being fetched
let stalled = 0;      // tries for the script that were given up unanswered
let used = false;     // it handed over a token: the next try gets a fresh window, lest it offers the old token again

window.addEventListener('message', event => {
  const realm = event.data?.realm;
  if (widget && (realm === 'widgetLoad' || realm === 'widgetInit')) ready();
});

window.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !open) return;
  if (!loaded) return giveUp();
  hide();
  leave('closed');
});

// While it opens, Khalti's window covers the page, and has no button yet: on a phone only this one leads back.
export function prepareWayOut() {
  byId('way-out-button').addEventListener('click', giveUp);
}

function showWayOut() {
  if (!open || loaded) return;
  show(byId('way-out'), true);
  setBackgroundInert(true);
  byId('way-out-button').focus();
}

function hideWayOut() {
  clearTimeout(waiting);
  show(byId('way-out'), false);
}

// The half-open window is thrown away: nothing can come from it any more.
function giveUp() {
  if (!open || loaded) return;
  discard();
  leave('left');
}

function ready() {
  loaded = true;
  clearTimeout(clock);
  hideWayOut();
  if (!open) return;
  setBackgroundInert(true);
  parts.find(part => part.tagName === 'IFRAME')?.focus();
  open.ready();
}

// While Khalti's window is open, the page behind it must not be reachable by keyboard.
function setBackgroundInert(on) {
  for (const node of document.body.children) {
    if (!parts.includes(node) && node.id !== 'way-out') node.inert = on;
  }
}

function leave(how, payload) {
  const listener = open;
  open = null;
  clearTimeout(clock);
  stopScript?.();
  hideWayOut();
  setBackgroundInert(false);
  listener?.[how](payload);
}

function hide() {
  try { widget?.hide(); } catch { /* the parts are hidden below if it matters */ }
  for (const part of parts) if (part.id.startsWith('loader')) part.style.display = 'none';
}

// A widget that did not come up is thrown away. Its frame stays, empty and hidden: its script still holds on to it.
function discard() {
  hide();
  for (const part of parts) {
    part.style.display = 'none';
    if (part.tagName === 'IFRAME') part.src = 'about:blank';
  }
  widget = null;
  parts = [];
  loaded = used = false;
}

function loadScript(url, integrity) {
  if (typeof window.KhaltiCheckout === 'function') return Promise.resolve();
  return new Promise((done, failed) => {
    const script = document.createElement('script');
    const stop = () => { clearTimeout(timer); stopScript = null; script.remove(); failed(new Error('widget script')); };
    const timer = setTimeout(() => stopScript?.(), patience);
    stopScript = () => { stalled++; stop(); };
    // A browser lets a second request for an address wait for the first one, which may hang for minutes: ask under another.
    script.src = stalled === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}try=${stalled + 1}`;
    if (integrity) {
      script.crossOrigin = 'anonymous'; // or the browser may not look into the script
      script.integrity = integrity;
    }
    script.onerror = stop;
    script.onload = () => {
      clearTimeout(timer);
      stopScript = null;
      if (typeof window.KhaltiCheckout === 'function') done();
      else stop();
    };
    document.head.append(script);
  });
}

// listeners: ready(), closed(), left(), blocked(), success(payload). Exactly one of the last four ends the visit,
// save that success may still come after the window was closed.
export async function openWidget(settings, order, listeners) {
  open = listeners;
  waiting = setTimeout(showWayOut, polite);
  try {
    await loadScript(settings.scriptUrl, settings.scriptIntegrity);
    if (open !== listeners) return;
    if (used) discard();
    if (!widget) build(settings, order, listeners);
    if (!loaded) clock = setTimeout(blocked, patience);
    widget.show({ amount: order.amount });
    if (loaded) ready();
  } catch {
    if (open === listeners) blocked();
  }
}

function blocked() {
  discard();
  leave('blocked');
}

function build(settings, order, listeners) {
  const before = new Set(document.body.children);
  loaded = false;
  try {
    widget = new window.KhaltiCheckout({
      publicKey: settings.publicKey,
      productIdentity: order.id,
      productName: `Order ${order.id.replace(/[^\w -]/g, ' ')}`, // goes into bank addresses unencoded (G21)
      productUrl: location.href.split('#')[0],
      amount: order.amount,
      paymentPreference: settings.paymentPreference,
      eventHandler: {
        onSuccess(payload) {
          setBackgroundInert(false);
          open = null;
          used = true;
          clearTimeout(clock);
          hideWayOut();
          listeners.success(payload);
        },
        onError() { /* Khalti's window says it to the shopper itself */ },
        onClose() { leave('closed'); },
      },
    });
  } finally {
    parts = [...document.body.children].filter(node => !before.has(node));
    for (const part of parts) if (part.tagName === 'IFRAME') part.title = t('pay.frame');
  }
}
