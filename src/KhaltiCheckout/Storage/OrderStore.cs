using KhaltiCheckout.Model;

namespace KhaltiCheckout.Storage;

/// <summary>
/// The only writer of orders and of what belongs to them: payments, refunds, lines, reasons, timeline, receipt numbers, search text and
/// events.
/// A decision is made on the order as it is read in the transaction that saves it, and runs again when another writer was first.
/// </summary>
internal sealed class OrderStore(
    Database database, OrderTables tables, ReceiptNumbers receipts, RecentOrders recent, EventSource events)
{
    private const string ById = """WHERE "Id" = @p0""";
    private const string OfOrder = """WHERE "OrderId" = @p0 ORDER BY "Id" """;

    // An order that is unpaid and can no longer be paid frees its reference. Late money for it still counts.
    private const string FreeReference = """
        UPDATE "Orders" SET "ReferenceFreed" = TRUE
        WHERE "Reference" = @p0 AND NOT "ReferenceFreed" AND "Status" IN ('cancelled', 'expired')
        """;

    private const string SelectByReference = """
        SELECT "Id" FROM "Orders" WHERE "Reference" = @p0 AND (NOT "ReferenceFreed" OR "Status" NOT IN ('cancelled', 'expired')) LIMIT 1
        """;

    // See OrderSnapshot.StateOf.
    private const string SelectState = """
        SELECT "Version" + (SELECT COALESCE(SUM("Version" + 1), 0) FROM "Payments" WHERE "OrderId" = @p0) FROM "Orders" WHERE "Id" = @p0
        """;

    private const string Lease = """
        SET "LeasedUntil" = @p2, "Version" = "Version" + 1
        WHERE "Id" = @p0 AND ("LeasedUntil" IS NULL OR "LeasedUntil" <= @p1 OR "LeasedUntil" > @p3)
        """;

    private readonly string _order = tables.Orders.Select + ById;
    private readonly string _payment = tables.Payments.Select + ById;
    private readonly string _refund = tables.Refunds.Select + ById;
    private readonly string _linesOfOrder = tables.Lines.Select + """WHERE "OrderId" = @p0 ORDER BY "Position" """;
    private readonly string _paymentsOfOrder = tables.Payments.Select + OfOrder;
    private readonly string _refundsOfOrder = tables.Refunds.Select + OfOrder;
    private readonly string _reasonsOfOrder = tables.Reasons.Select + """WHERE "OrderId" = @p0 AND "ResolvedAt" IS NULL ORDER BY "Id" """;
    private readonly string _paymentByToken = tables.Payments.Select + """WHERE "Token" = @p0""";
    private readonly string _paymentByPidx = tables.Payments.Select + """WHERE "Pidx" = @p0""";
    private readonly string _paymentByTransaction = tables.Payments.Select + """WHERE "TransactionId" = @p0""";
    private readonly string _refundByRequest =
        tables.Refunds.Select + """WHERE "RequestId" = @p0 AND "CreatedAt" > @p1 ORDER BY "Id" LIMIT 1""";

    /// <summary>The order with everything that belongs to it but its timeline.</summary>
    internal Task<Order?> FindAsync(OrderQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async sql => await IdOfAsync(sql, query) is { } id && await ReadAsync(sql, id) is { } found
                ? LoadedOrder.From(tables, found).Order : null,
            cancellationToken);

    internal Task<Order?> FindAsync(string orderId, CancellationToken cancellationToken) =>
        FindAsync(OrderQuery.ById(orderId), cancellationToken);

    /// <summary>Reads every row of the order that any use of it may read, and gives the first error.</summary>
    internal Task CheckReadableAsync(string orderId, CancellationToken cancellationToken) => database.ReadAsync(
        async sql =>
        {
            await ReadAsync(sql, orderId);
            return await sql.ListAsync(_refundsOfOrder, tables.Refunds.Read, orderId);
        },
        cancellationToken);

    /// <summary>Null when there is no such order.</summary>
    internal Task<int?> FindVersionAsync(string orderId, CancellationToken cancellationToken) => database.ReadAsync(
        sql => sql.FindAsync("""SELECT "Version" FROM "Orders" WHERE "Id" = @p0""", static row => row.CountOrNull(0), orderId),
        cancellationToken);

    internal Task<Payment?> FindPaymentAsync(string paymentId, CancellationToken cancellationToken) =>
        database.ReadAsync(sql => sql.FindAsync(_payment, tables.Payments.Read, paymentId), cancellationToken);

    internal Task<Refund?> FindRefundAsync(string refundId, CancellationToken cancellationToken) =>
        database.ReadAsync(sql => sql.FindAsync(_refund, tables.Refunds.Read, refundId), cancellationToken);

    /// <summary>The refund that a request with an Idempotency-Key has made since then.</summary>
    internal Task<Refund?> FindRefundByRequestAsync(string requestId, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadAsync(sql => sql.FindAsync(_refundByRequest, tables.Refunds.Read, requestId, since), cancellationToken);

    internal Task<Payment?> FindPaymentByPidxAsync(string pidx, CancellationToken cancellationToken) =>
        database.ReadAsync(sql => sql.FindAsync(_paymentByPidx, tables.Payments.Read, pidx), cancellationToken);

    internal Task<List<Payment>> ListPaymentsAsync(string orderId, CancellationToken cancellationToken) =>
        database.ReadAsync(sql => sql.ListAsync(_paymentsOfOrder, tables.Payments.Read, orderId), cancellationToken);

    /// <summary>Whether another payment has this transaction of Khalti's.</summary>
    internal Task<bool> IsOfAnotherPaymentAsync(string transactionId, string paymentId, CancellationToken cancellationToken) =>
        database.ReadAsync(
        async sql => await sql.FindAsync(_paymentByTransaction, tables.Payments.Read, transactionId) is { } owner && owner.Id != paymentId,
        cancellationToken);

    /// <summary>Adds an order.</summary>
    /// <param name="alongside">What is saved with it, or not at all.</param>
    /// <returns>Null when it was added, else the id of the order that has its reference already.</returns>
    internal async Task<string?> PlaceAsync(Order order, Func<SqlSession, Task> alongside, CancellationToken cancellationToken)
    {
        LoadedOrder loaded = LoadedOrder.New(tables, order);
        string? ownerOfReference = await database.WriteAsync<string?>(Isolation.RowLocks, async sql =>
        {
            // Of two at once the unique index refuses one, which then finds the other here.
            if (order.Reference is { } reference)
            {
                await sql.ExecuteAsync(FreeReference, reference);
                if (await sql.FindAsync(SelectByReference, static row => row.Text(0), reference) is { } owner)
                {
                    return owner;
                }
            }

            order.DrawNumber();
            await SaveAsync(sql, loaded);
            await OrderSearchIndex.AddAsync(sql, order);
            await alongside(sql);
            return null;
        }, cancellationToken);
        if (ownerOfReference is null)
        {
            recent.Keep(loaded.After());
        }

        return ownerOfReference;
    }

    /// <summary>Finds an order, lets <paramref name="decide"/> change it, and saves what has changed, in one transaction.</summary>
    /// <param name="decide">Pure: it runs again on fresh facts when another writer was first.</param>
    /// <param name="cancellationToken">Until the work begins. One that can't be cancelled is not refused for want of room.</param>
    /// <param name="alongside">What is saved with the order, or not at all.</param>
    internal async Task<T> UpdateAsync<T>(
        OrderQuery query, Func<FoundOrder, T> decide, CancellationToken cancellationToken, Func<SqlSession, T, Task>? alongside = null)
    {
        LoadedOrder? loaded = null;
        T result = await database.WriteAsync(Isolation.RowLocks, async sql =>
        {
            loaded = await IdOfAsync(sql, query) is { } id && await FindOrReadAsync(sql, id) is { } before
                ? LoadedOrder.From(tables, before) : null;
            T decided = decide(await LookUpAsync(sql, query, loaded?.Order));
            if (loaded is not null)
            {
                await SaveAsync(sql, loaded);
            }

            if (alongside is not null)
            {
                await alongside(sql, decided);
            }

            return decided;
        }, cancellationToken);
        if (loaded is { Order.Attention: null })
        {
            recent.Keep(loaded.After());
        }

        return result;
    }

    /// <summary>Lets one process at a time ask Khalti about a payment.</summary>
    /// <returns>The payment as it is leased, or null when another process asks, or no check is wanted.</returns>
    internal Task<Payment?> LeasePaymentAsync(
        string paymentId, CheckTrigger trigger, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        string condition = trigger switch
        {
            CheckTrigger.Manual => "",
            CheckTrigger.Scheduled => """ AND "NextCheckAt" IS NOT NULL""",
            CheckTrigger.Return => """ AND "Status" NOT IN ('completed', 'partially_refunded', 'refunded')""",
            _ => """ AND "NextCheckAt" <= @p1""",
        };
        string update = $"""UPDATE "Payments" {Lease}{condition} RETURNING {tables.Payments.Columns}""";
        return database.WriteAsync(
            Isolation.RowLocks,
            sql => sql.FindAsync(update, tables.Payments.Read, paymentId, now, now + lease, Leases.LatestEnd(now)),
            cancellationToken);
    }

    /// <summary>Lets one process at a time ask Khalti about an open refund.</summary>
    /// <returns>The payment that is refunded, or null when another process asks, or no check is wanted.</returns>
    internal Task<Payment?> LeaseRefundAsync(
        string refundId, CheckTrigger trigger, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        string due = trigger == CheckTrigger.Due ? """ AND "NextCheckAt" <= @p1""" : "";
        string update = $"""UPDATE "Refunds" {Lease} AND "Status" IN ('requested', 'unknown'){due} RETURNING "PaymentId" """;
        return database.WriteAsync(
            Isolation.RowLocks,
            async sql =>
                await sql.FindAsync(update, static row => row.Text(0), refundId, now, now + lease, Leases.LatestEnd(now)) is { } paymentId
                ? await sql.FindAsync(_payment, tables.Payments.Read, paymentId)
                : null,
            cancellationToken);
    }

    private async Task<string?> IdOfAsync(SqlSession sql, OrderQuery query) => query switch
    {
        { OrderId: { } orderId } => orderId,
        { PaymentId: { } paymentId } => (await sql.FindAsync(_payment, tables.Payments.Read, paymentId))?.OrderId,
        _ => (await sql.FindAsync(_refund, tables.Refunds.Read, query.RefundId))?.OrderId,
    };

    // Rows that must be locked have to be read. Of others one statement tells whether those kept here are current.
    private async Task<OrderSnapshot?> FindOrReadAsync(SqlSession sql, string id) =>
        sql.ForUpdate.Length == 0 && recent.Find(id) is { } kept
        && await sql.FindAsync(SelectState, static row => row.Number(0), id) == kept.State ? kept : await ReadAsync(sql, id);

    private async Task<OrderSnapshot?> ReadAsync(SqlSession sql, string id)
    {
        if (await sql.FindAsync(_order + sql.ForUpdate, tables.Orders.Read, id) is not { } order)
        {
            return null;
        }

        List<Payment> payments = await sql.ListAsync(_paymentsOfOrder + sql.ForUpdate, tables.Payments.Read, id);
        return new OrderSnapshot(
            OrderSnapshot.StateOf(order, payments), order, await sql.ListAsync(_linesOfOrder, tables.Lines.Read, id), payments,
            payments.Exists(payment => payment.AmountPaid is not null) ? await sql.ListAsync(_refundsOfOrder, tables.Refunds.Read, id) : [],
            order.Attention is not null ? await sql.ListAsync(_reasonsOfOrder, tables.Reasons.Read, id) : []);
    }

    // After the order's rows are locked: what they keep from changing is not seen as it was before.
    private async Task<FoundOrder> LookUpAsync(SqlSession sql, OrderQuery query, Order? order)
    {
        return new FoundOrder(
            order,
            await FindAsync(_paymentByToken, query.Token),
            await FindAsync(_paymentByPidx, query.Pidx),
            await FindAsync(_paymentByTransaction, query.TransactionId),
            query.RefundRequestId is null
                ? null
                : await sql.FindAsync(_refundByRequest, tables.Refunds.Read, query.RefundRequestId, query.RefundRequestSince));

        async Task<Payment?> FindAsync(string select, string? value) =>
            value is null ? null : await sql.FindAsync(select, tables.Payments.Read, value);
    }

    private async Task SaveAsync(SqlSession sql, LoadedOrder loaded)
    {
        await receipts.AssignAsync(sql, loaded.Order, loaded.WasPaid);
        List<SqlChange> changes = loaded.Changes();
        if (changes.Count > 0)
        {
            changes.AddRange(EventOutbox.RowsOf(sql, loaded.Order.Id, loaded.Order.Version, events.OfOrder(loaded.Saved)));
            await sql.ChangeAsync(loaded.Order.Id, changes);
            sql.Change(loaded.Order.Id);
        }
    }
}
