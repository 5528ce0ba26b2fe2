// Starts Khalti Sandbox for a test and drives it. KHALTI_SANDBOX names another command than khalti-sandbox.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export const keys = {
  publicKey: 'test_public_key_' + '1'.repeat(32),
  secretKey: 'test_secret_key_' + '2'.repeat(32),
  ePaymentSecretKey: 'live_secret_key_' + '3'.repeat(32),
};

export class KhaltiSandbox {
  static async start(...more) {
    const [command, ...first] = (process.env.KHALTI_SANDBOX ?? 'khalti-sandbox').split(' ');
    const memory = ['--Sandbox:ConnectionString', 'Data Source=:memory:'];
    const program = spawn(command, [...first, '--urls', 'http://127.0.0.1:0', ...memory, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
    const failed = new Promise((_, reject) => program.once('error', reject));
    const started = (async () => {
      for await (const line of createInterface({ input: program.stdout })) {
        const found = /listens on (http:\S+?)\/?;/.exec(line);
        if (found) {
          program.stdout.resume();
          return new KhaltiSandbox(program, found[1]);
        }
      }

      throw new Error('Khalti Sandbox did not start.');
    })();
    return Promise.race([started, failed]);
  }

  constructor(program, url) {
    this.program = program;
    this.url = url;
  }

  stop() {
    return new Promise(resolve => {
      this.program.once('exit', resolve);
      this.program.kill();
    });
  }

  // The payer pays; returns the address that Khalti sends the browser to.
  async pay(pidx, outcome = 'completed') {
    return (await this.control('POST', `epayments/${pidx}/outcome`, { outcome })).redirectUrl;
  }

  // The next call is carried out and its answer is lost.
  loseNextAnswer(operation = '*') {
    return this.control('POST', 'faults', { operation, kind: 'drop_after', times: 1 });
  }

  calls() {
    return this.control('GET', 'requests');
  }

  async control(method, call, body) {
    const answer = await fetch(`${this.url}/_sandbox/${call}`, {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`Khalti Sandbox answered ${answer.status} to ${method} ${call}: ${await answer.text()}`);
    }

    return answer.json();
  }
}
