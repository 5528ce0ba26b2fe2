// Asks once, then cancels.
import { byId } from './dom.js';

export function prepareCancel(confirmed) {
  const dialog = byId('cancel-dialog');
  byId('cancel').addEventListener('click', () => dialog.showModal());
  byId('cancel-no').addEventListener('click', () => dialog.close());
  byId('cancel-yes').addEventListener('click', () => {
    dialog.close();
    confirmed();
  });
}
