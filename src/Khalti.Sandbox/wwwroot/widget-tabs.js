// The tabs that the merchant asked for, in the merchant's order. Behind the bank tabs there is only an explanation.
const labels = {
  KHALTI: 'Khalti Wallet',
  EBANKING: 'e-Banking',
  MOBILE_BANKING: 'Mobile banking',
  CONNECT_IPS: 'Connect IPS',
  SCT: 'SCT Card',
};

const bankLists = { EBANKING: 'sdkebanking', MOBILE_BANKING: 'mobilecheckout' };
const tabs = document.querySelector('#tabs');
let shown = '';

export function showTabs(info) {
  const wanted = (info.paymentPreference ?? Object.keys(labels)).filter(name => labels[name]);
  if (shown === wanted.join()) {
    return;
  }

  shown = wanted.join();
  tabs.replaceChildren(...wanted.map(tabFor));
  tabs.hidden = wanted.length < 2;
  wanted.filter(name => !document.getElementById(name)).forEach(addBankPane);
  open(wanted[0]);
}

function tabFor(name) {
  const tab = document.createElement('button');
  tab.type = 'button';
  tab.id = `tab-${name}`;
  tab.role = 'tab';
  tab.textContent = labels[name];
  tab.addEventListener('click', () => open(name));
  tab.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const all = [...tabs.children];
      const next = all[(all.indexOf(tab) + step + all.length) % all.length];
      next.focus();
      next.click();
    }
  });
  return tab;
}

function open(name) {
  for (const tab of tabs.children) {
    const selected = tab.id === `tab-${name}`;
    tab.setAttribute('aria-selected', String(selected));
    tab.tabIndex = selected ? 0 : -1;
    tab.setAttribute('aria-controls', tab.id.slice('tab-'.length));
  }

  for (const pane of document.querySelectorAll('.pane')) {
    pane.hidden = pane.id !== name;
  }
}

function addBankPane(name) {
  const pane = document.createElement('section');
  pane.id = name;
  pane.className = 'pane';
  pane.role = 'tabpanel';
  pane.hidden = true;
  pane.setAttribute('aria-labelledby', `tab-${name}`);
  const text = document.createElement('p');
  text.textContent = `${labels[name]} is not available in test mode. Please pay from the Khalti wallet.`;
  pane.append(text);
  document.querySelector('.card').append(pane);
  if (bankLists[name]) {
    addBanks(pane, bankLists[name]);
  }
}

async function addBanks(pane, type) {
  const answer = await fetch(`/api/v2/bank/?payment_type=${type}&page_size=100`).then(one => one.json()).catch(() => null);
  const list = document.createElement('ul');
  list.className = 'banks';
  list.append(...(answer?.records ?? []).map(bank => {
    const item = document.createElement('li');
    item.textContent = bank.short_name;
    item.title = bank.name;
    return item;
  }));
  pane.append(list);
}
