using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>Which of the rows that belong to an order come with it.</summary>
internal enum OrderParts
{
    /// <summary>For whoever decides: payments and open reasons for attention.</summary>
    Payments,

    /// <summary>For whoever shows it: lines, payments, refunds and open reasons for attention.</summary>
    All,
}

/// <summary>
/// Orders in plain SQL, for the few statements that every checkout runs: EF Core's way to the same rows costs several times
/// as much. Model and migrations are EF Core's, and so is everything that is not hot.
/// </summary>
internal static class OrderRows
{
    private const string SelectOrder = $"""SELECT {Order.Columns} FROM "Orders" WHERE "Id" = @p0""";
    private const string SelectPayments = $"""SELECT {Payment.Columns} FROM "Payments" WHERE "OrderId" = @p0 ORDER BY "Id" """;
    private const string SelectPayment = $"""SELECT {Payment.Columns} FROM "Payments" WHERE "Id" = @p0""";
    private const string SelectPaymentByToken = $"""SELECT {Payment.Columns} FROM "Payments" WHERE "Token" = @p0""";
    private const string SelectPaymentByPidx = $"""SELECT {Payment.Columns} FROM "Payments" WHERE "Pidx" = @p0""";
    private const string SelectRefunds = $"""SELECT {Refund.Columns} FROM "Refunds" WHERE "OrderId" = @p0 ORDER BY "Id" """;

    private const string SelectLines = """
        SELECT "Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount", "Kind" FROM "OrderLines" WHERE "OrderId" = @p0 ORDER BY "Position"
        """;

    // Versions only grow, so their sum is another when any of them is, or when a payment has come.
    private const string SelectState = """
        SELECT "Version" + (SELECT COALESCE(SUM("Version" + 1), 0) FROM "Payments" WHERE "OrderId" = @p0) FROM "Orders" WHERE "Id" = @p0
        """;

    private const string InsertLine = """
        INSERT INTO "OrderLines" ("OrderId", "Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount", "Kind")
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7)
        """;

    private const string InsertTimeline = """
        INSERT INTO "Timeline" ("OrderId", "Id", "PaymentId", "At", "What", "By", "KeyName", "Note")
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7)
        """;

    private const string InsertSearchTerm = """INSERT INTO "SearchTerms" ("Term", "OrderId") VALUES (@p0, @p1)""";

    extension(SqlSession sql)
    {
        internal async Task<Order?> FindOrderAsync(string id, OrderParts parts)
        {
            Order? order = await sql.FindAsync(SelectOrder + sql.ForUpdate, Order.Read, id);
            order?.Take(
                parts == OrderParts.All ? await sql.ListAsync(SelectLines, OrderLine.Read, id) : [],
                await sql.ListAsync(SelectPayments + sql.ForUpdate, Payment.Read, id),
                parts == OrderParts.All && order.AmountRefunded > Khalti.Client.Paisa.Zero ? await sql.ListAsync(SelectRefunds, Refund.Read, id) : [],
                order.Attention is not null ? await sql.ListAsync(RaisedReason.Select, RaisedReason.Read, id) : []);
            return order;
        }

        /// <summary>Whether order and payments are in the database as they were found.</summary>
        internal Task<bool> IsUnchangedAsync(Order order) => sql.IsInStateAsync(order.Id, order.StoredState);

        /// <inheritdoc cref="Order.StoredState"/>
        internal async Task<bool> IsInStateAsync(string id, long state) => await sql.FindAsync(SelectState, static row => row.Number(0), id) == state;

        /// <summary>Null when there is no such order.</summary>
        internal Task<int?> FindVersionAsync(string id) =>
            sql.FindAsync("""SELECT "Version" FROM "Orders" WHERE "Id" = @p0""", static row => row.CountOrNull(0), id);

        internal Task<Payment?> FindPaymentAsync(string id) => sql.FindAsync(SelectPayment, Payment.Read, id);

        internal Task<Payment?> FindPaymentByTokenAsync(string token) => sql.FindAsync(SelectPaymentByToken, Payment.Read, token);

        internal Task<Payment?> FindPaymentByPidxAsync(string pidx) => sql.FindAsync(SelectPaymentByPidx, Payment.Read, pidx);

        internal Task<List<Payment>> ListPaymentsAsync(string orderId) => sql.ListAsync(SelectPayments, Payment.Read, orderId);

        internal Task<List<Refund>> ListRefundsAsync(string orderId) => sql.ListAsync(SelectRefunds, Refund.Read, orderId);

        /// <summary>Whether another payment has this transaction of Khalti's.</summary>
        internal async Task<bool> IsAnothersAsync(string transactionId, string paymentId) => await sql.FindAsync(
            """SELECT "Id" FROM "Payments" WHERE "TransactionId" = @p0 AND "Id" <> @p1""", static row => row.Text(0), transactionId, paymentId) is not null;

        /// <summary>Adds an order that is new, or saves what has changed of one that was found here, with its payments and its
        /// timeline. Nothing for one that has not changed.</summary>
        /// <exception cref="ConcurrencyConflictException">Somebody else has changed it since it was found.</exception>
        internal async Task SaveAsync(Order order)
        {
            await sql.ChangeAsync(order.Id, ChangesOf(order));
            if (order.Version != order.StoredVersion)
            {
                sql.Change(order.Id);
            }

            order.IsStored();
        }
    }

    private static IEnumerable<SqlChange> ChangesOf(Order order)
    {
        if (order.StoredVersion is null)
        {
            yield return SqlChange.Add(Order.Insert, order.Values());
            foreach (OrderLine line in order.Lines)
            {
                yield return SqlChange.Add(
                    InsertLine, order.Id, line.Position, line.ProductId, line.Name, line.UnitPrice, line.Quantity, line.Amount,
                    SnakeCase.Of(line.Kind));
            }

            foreach (SearchTerm term in order.SearchTerms)
            {
                yield return SqlChange.Add(InsertSearchTerm, term.Term, term.OrderId);
            }
        }
        else if (order.Version != order.StoredVersion)
        {
            yield return order.Change();
        }

        foreach (Payment payment in order.Payments.Where(payment => payment.Version != payment.StoredVersion))
        {
            yield return payment.StoredVersion is null
                ? SqlChange.Add(Payment.Insert, payment.Values())
                : SqlChange.Update(Payment.Update, payment.Changes());
        }

        foreach (RaisedReason reason in order.Reasons)
        {
            if (reason.Change() is { } change)
            {
                yield return change;
            }
        }

        foreach (TimelineEntry entry in order.Timeline)
        {
            yield return SqlChange.Add(
                InsertTimeline, entry.OrderId, entry.Id, entry.PaymentId, entry.At, entry.What, SnakeCase.Of(entry.By), entry.KeyName, entry.Note);
        }
    }
}
