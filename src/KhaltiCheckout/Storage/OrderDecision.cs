using KhaltiCheckout.Model;

namespace KhaltiCheckout.Storage;

/// <summary>Decides about one order and saves it with its payments and its timeline, in one piece of work.</summary>
internal static class OrderDecision
{
    extension(CheckoutStore store)
    {
        /// <param name="orderId">Which order.</param>
        /// <param name="parts">What of it <paramref name="decide"/> needs.</param>
        /// <param name="decide">Is given the order, or null when there is none. Runs again on fresh facts when somebody else was
        /// first, so it changes nothing outside the order and the database.</param>
        /// <param name="cancellationToken">Until the work begins.</param>
        /// <param name="turn">When it is written.</param>
        /// <param name="known">The order as an earlier decision has saved it, for one that follows: it is read again only if it
        /// has changed since. Nobody else changes it meanwhile.</param>
        internal async Task<T> DecideAsync<T>(
            string orderId, OrderParts parts, Func<SqlSession, Order?, Task<T>> decide, CancellationToken cancellationToken,
            Turn turn = Turn.AsTheyCome, Order? known = null)
        {
            // With its lines, as it may be shown after the decision that follows.
            Order? own = known is { IsWhole: true } ? known : store.Recent?.Take<Order>(orderId);
            Order? found = own ?? await store.PrefetchAsync(sql => sql.FindOrderAsync(orderId, OrderParts.All), cancellationToken);
            return await store.WriteAsync(
                async sql =>
                {
                    Order? order = await TakeAsync(sql) ?? await sql.FindOrderAsync(orderId, parts);
                    T decided = order is not null && order == own ? await DecideOnOwnAsync(sql, order) : await decide(sql, order);
                    if (order is not null)
                    {
                        await sql.SaveAsync(order);
                    }

                    return decided;
                },
                cancellationToken, Footing.OneOrder, turn);

            // Once: a decision that was undone has left its traces in it. And not where rows have to be locked to stay as they are.
            async Task<Order?> TakeAsync(SqlSession sql)
            {
                (Order? once, found) = (found, null);
                return once is not null && sql.ForUpdate.Length == 0 && (once == own || await sql.IsUnchangedAsync(once)) ? once : null;
            }

            // One that only this process has had a hand in is mostly as it was. So it is asked about afterwards, and only as far as it is
            // not asked by being saved; and whatever goes wrong may come of its having changed.
            async Task<T> DecideOnOwnAsync(SqlSession sql, Order order)
            {
                T decided;
                try
                {
                    decided = await decide(sql, order);
                }
                catch (Exception)
                {
                    throw new ConcurrencyConflictException(orderId);
                }

                bool isAskedBySaving = order.Version != order.StoredVersion && order.Payments.All(payment => payment.Version != payment.StoredVersion);
                return isAskedBySaving || await sql.IsUnchangedAsync(order) ? decided : throw new ConcurrencyConflictException(orderId);
            }
        }
    }
}
