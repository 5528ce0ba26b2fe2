// The payment page: shows what is to be paid, lets it be paid or not, and sends the browser back to the shop.
import { WalletForm } from './wallet-form.js';

const address = `/pay/${encodeURIComponent(new URLSearchParams(location.search).get('pidx'))}`;
const part = id => document.getElementById(id);

const closed = {
  Completed: ['Already paid', 'This payment has been made. It cannot be made twice.'],
  Pending: ['Being processed', 'The bank has not decided yet. Please do not pay again.'],
  Expired: ['Link expired', 'This payment link has expired. Nothing was charged. Please start again in the shop.'],
  'User canceled': ['Payment canceled', 'This payment was canceled. Nothing was charged.'],
  Failed: ['Payment failed', 'This payment failed. Nothing was charged. Please start again in the shop.'],
  Refunded: ['Refunded', 'This payment was made and its money was returned.'],
  'Partially Refunded': ['Already paid', 'This payment has been made, and a part of it was returned.'],
};

const wallet = new WalletForm({
  begin: async () => {
    const { ok, body } = await step('wallet', { mobile: wallet.mobile, transaction_pin: wallet.pin });
    if (ok) {
      wallet.askForCode();
    } else if (body) {
      wallet.show(body);
    }
  },

  confirm: async () => {
    const { body } = await step('confirm', { mobile: wallet.mobile, transaction_pin: wallet.pin, confirmation_code: wallet.code });
    if (body) {
      wallet.show(body);
    }
  },
});

let busy = false;
for (const button of document.querySelectorAll('[data-mode], [data-outcome]')) {
  button.addEventListener('click', () => press(button.dataset));
}

async function press({ mode, outcome }) {
  if (busy) {
    return;
  }

  busy = true;
  part('trouble').textContent = '';
  try {
    const { body } = await step(mode ? 'bank' : 'outcome', mode ? { mode } : { outcome });
    part('trouble').textContent = body?.detail ?? '';
  } catch {
    part('trouble').textContent = 'Khalti could not be reached. Please try again.';
  } finally {
    busy = false;
  }
}

// Goes back to the shop, or shows how the link stands if it cannot be paid; any other answer is for the caller.
async function step(name, sent) {
  const answer = await fetch(`${address}/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(sent),
  });
  const body = await answer.json();
  if (body.redirectUrl) {
    // Back leads to the shop, not to a link that is used up. Never resolves: no button works any more.
    location.replace(body.redirectUrl);
    return new Promise(() => {});
  }

  if (answer.status === 409) {
    show(body);
    return {};
  }

  return { ok: answer.ok, body };
}

function show(link) {
  part('merchant').textContent = link.merchant;
  part('amount').textContent = rupees(link.amount);
  part('order-name').textContent = link.purchaseOrderName;
  part('order-id').textContent = link.purchaseOrderId;
  part('breakdown').replaceChildren(...link.breakdown.flatMap(one => [cell('dt', one.label), cell('dd', rupees(one.amount))]));
  part('until').textContent = link.payable ? `Can be paid until ${nepalTime(link.expiresAt)}` : '';
  part('order').hidden = false;
  part('open').hidden = !link.payable;
  if (link.payable) {
    open(link);
  } else {
    const texts = closed[link.status] ?? ['Cannot be paid', `Khalti says: ${link.status}.`];
    close(...texts, link.returnUrl);
  }
}

function open(link) {
  wallet.payText = `Pay ${rupees(link.amount)}`;
  part('KHALTI').hidden = !link.modes.includes('KHALTI');
  const banks = [...document.querySelectorAll('[data-mode]')];
  banks.forEach(button => { button.hidden = !link.modes.includes(button.dataset.mode); });
  part('banks').hidden = banks.every(button => button.hidden);
}

function close(title, text, returnUrl) {
  part('closed-title').textContent = title;
  part('closed-text').textContent = text;
  if (returnUrl) {
    part('back').href = returnUrl;
    part('back').hidden = false;
  }

  part('closed').hidden = false;
  part('closed-title').focus();
}

function cell(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

function nepalTime(instant) {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kathmandu', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });
  return `${time.format(new Date(instant))} (Nepal time)`;
}

function rupees(paisa) {
  const amount = BigInt(paisa);
  const size = amount < 0n ? -amount : amount;
  return `${amount < 0n ? '−' : ''}Rs. ${(size / 100n).toLocaleString('en-IN')}.${String(size % 100n).padStart(2, '0')}`;
}

try {
  const answer = await fetch(address);
  if (answer.ok) {
    show(await answer.json());
  } else {
    close('No such payment', 'This payment link does not exist. Please start again in the shop.');
  }
} catch {
  close('Not available', 'Khalti could not be reached. Please load this page again.');
}
