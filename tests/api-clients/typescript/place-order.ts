// Places an order at the shop whose address is given, reads it back, cancels it and prints its id.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

declare const process: { argv: string[] };
declare const console: { log(text: string): void };

const shop = createClient<paths>({ baseUrl: process.argv[2] ?? '' });
const body: components['schemas']['PlaceOrderRequest'] = { items: [{ productId: 'ilam-tea', quantity: 2 }], customer: { name: 'Sita Rai' } };

const placed = await shop.POST('/api/v1/orders', { params: { header: { 'Idempotency-Key': `typescript-client-${Date.now()}` } }, body });
if (placed.error) throw new Error(`${placed.error.code}: ${placed.error.detail}`);

const path = { id: placed.data.id };
const read = await shop.GET('/api/v1/orders/{id}', { params: { path } });
const total: number | undefined = read.data?.amount;
if (total !== placed.data.amount || read.data?.receipt !== null) throw new Error('the order reads otherwise');

const cancelled = await shop.POST('/api/v1/orders/{id}/cancel', { params: { path } });
if (cancelled.data?.status !== 'cancelled') throw new Error('the order is not cancelled');

const missing = await shop.GET('/api/v1/orders/{id}', { params: { path: { id: 'ord_none' } } });
if (missing.error?.code !== 'not_found') throw new Error('an unknown order has no problem document');

console.log(placed.data.id);
