// Keys and payers as buttons that copy them.
const names = {
  testPublicKey: 'Test public key',
  testSecretKey: 'Test secret key',
  livePublicKey: 'Live public key',
  liveSecretKey: 'Live secret key',
  ePaymentPublicKey: 'ePayment public key',
  ePaymentSecretKey: 'ePayment secret key',
};

export function fillAccounts({ merchants, payers }) {
  const lines = merchants.flatMap(merchant => Object.entries(names)
    .filter(([member]) => merchant[member])
    .map(([member, name]) => line(`${name} of ${merchant.name}`, [merchant[member]])));
  document.getElementById('accounts').replaceChildren(
    ...line('Khalti IDs', payers.map(payer => payer.mobile)).concat(...lines),
    ...line('Widget script', [new URL('/khalti-checkout.js', location.href).href]));
}

function line(name, texts) {
  const term = document.createElement('dt');
  term.textContent = name;
  const place = document.createElement('dd');
  place.append(...texts.map(copyButton));
  return [term, place];
}

function copyButton(text) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = text;
  button.addEventListener('click', () => copy(button, text));
  return button;
}

async function copy(button, text) {
  const said = document.getElementById('said');
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = `Copied: ${text}`;
  } catch {
    // Without https or localhost a page has no clipboard: what is marked can be copied by hand.
    getSelection().selectAllChildren(button);
    said.textContent = 'Marked: copy it with Ctrl+C.';
  }
}
