// The widget's page: what it hears from the merchant's page and tells it, and which pane is open.
import { showTabs } from './widget-tabs.js';
import { Wallet } from './widget-wallet.js';

const settings = await fetch('/widget-settings.json').then(answer => answer.json()).catch(() => ({}));
let info = null;

const wallet = new Wallet({
  onConfirmed: payment => tell('walletPaymentVerification', { ...payment, widget_id: info.widgetId }),

  // Khalti's widget leaves out the id here, and the page then drops the message: its onError is never called.
  onError: error => {
    if (settings.errorCarriesWidgetId) {
      tell('widgetError', { ...error, widget_id: info.widgetId });
    } else if (wallet.isConfirming) {
      tell('widgetError', error);
    }
  },
});

function tell(realm, payload) {
  window.parent.postMessage({ realm, payload }, '*');
}

// Any page may have framed this one and any window may write to it, as with Khalti's: nothing secret is told here.
window.addEventListener('message', event => {
  if (event.data?.realm !== 'paymentInfo' || !event.data.payload) {
    return;
  }

  info = event.data.payload;
  document.querySelector('#ribbon').hidden = !String(info.publicKey ?? '').includes('test');
  document.querySelector('#product').textContent = info.productName ?? '';
  showTabs(info);
  wallet.take(info);
});

window.addEventListener('focus', () => {
  if (document.activeElement === document.body) {
    document.querySelector('#title').focus();
  }
});

document.querySelector('#close').addEventListener('click', close);
window.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    close();
  }
});

function close() {
  if (info) {
    tell('hide', { widget_id: info.widgetId });
  }
}

tell('widgetLoad', { loaded: true });
