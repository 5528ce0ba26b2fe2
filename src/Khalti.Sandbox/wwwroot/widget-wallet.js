// Paying from the wallet in the widget: what is asked of Khalti's API, and what the merchant's page is told.
import { WalletForm } from './wallet-form.js';

export class Wallet {
  #info = null;
  #token = null;
  #form = new WalletForm({ begin: () => this.#initiate(), confirm: () => this.#confirm() });
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  get isConfirming() {
    return this.#form.isConfirming;
  }

  take(info) {
    // Khalti's widget would confirm the old token here and take the old amount.
    if (this.#info && (this.#info.amount !== info.amount || this.#info.productIdentity !== info.productIdentity)) {
      this.#form.restart();
    }

    this.#info = info;
    this.#form.payText = info.amount === undefined ? 'Pay' : `Pay Rs. ${info.amount / 100}/-`;
  }

  async #initiate() {
    const info = this.#info;
    if (!info) {
      return;
    }

    const { publicKey, productIdentity, productName, amount, productUrl, paymentPreference, ...others } = info;
    // The rest of the merchant's settings goes along and wins: a configured mobile replaces the one that was typed,
    // here as in Khalti's widget.
    const answer = await post('/api/v2/payment/initiate/', {
      public_key: publicKey,
      product_identity: productIdentity,
      product_name: productName,
      amount,
      mobile: this.#form.mobile,
      transaction_pin: this.#form.pin,
      product_url: productUrl,
      ...others,
    });
    if (!answer.token) {
      this.#failed(answer);
    } else if (this.#info.amount === info.amount && this.#info.productIdentity === info.productIdentity) {
      this.#token = answer.token;
      this.#form.askForCode();
    }
  }

  async #confirm() {
    const answer = await post('/api/v2/payment/confirm/', {
      public_key: this.#info.publicKey,
      transaction_pin: this.#form.pin,
      token: this.#token,
      confirmation_code: this.#form.code,
    });
    if (answer.idx) {
      this.#form.restart();
      this.#tell.onConfirmed(answer);
    } else {
      this.#failed(answer);
    }
  }

  #failed(error) {
    this.#tell.onError(error);
    this.#form.show(error);
  }
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.json();
}
