import { startPage } from './page.js';

startPage('missing.page');
