// Asks once, then cancels.
import { byId } from './dom.js';
import { translate } from './i18n.js';

export function prepareCancel(confirmed, textKey) {
  const dialog = byId('cancel-dialog');
  byId('cancel').addEventListener('click', () => {
    byId('cancel-text').dataset.i18n = textKey();
    translate(dialog);
    dialog.showModal();
  });
  byId('cancel-no').addEventListener('click', () => dialog.close());
  byId('cancel-yes').addEventListener('click', () => {
    dialog.close();
    confirmed();
  });
}
