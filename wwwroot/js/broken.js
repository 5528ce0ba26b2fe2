import { startPage } from './page.js';

startPage('broken.page');
