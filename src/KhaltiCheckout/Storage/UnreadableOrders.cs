using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Finds out whether a check failed because the shop can't read its own record of the order, and raises <c>unreadable</c> then.
/// Written by plain statements, as such an order can't be loaded to be changed.
/// </summary>
internal sealed partial class UnreadableOrders(
    Database database, OrderStore orders, EventSource events, TimeProvider time, ILogger<UnreadableOrders> logger)
{
    private const string AddReason = """
        INSERT INTO "AttentionReasons" ("Id", "OrderId", "Reason", "RaisedAt")
        SELECT @p0, o."Id", 'unreadable', @p1 FROM "Orders" AS o
        WHERE o."Id" = @p2 AND NOT EXISTS (
            SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = o."Id" AND a."Reason" = 'unreadable' AND a."ResolvedAt" IS NULL)
        """;

    // Less urgent ones give way.
    private const string SetAttention = """
        UPDATE "Orders" SET "Version" = "Version" + 1,
            "Attention" = CASE WHEN "Attention" IS NULL OR "Attention" IN ('stuck', 'paid_late') THEN 'unreadable' ELSE "Attention" END
        WHERE "Id" = @p0
        """;

    private const string AddTimeline = """
        INSERT INTO "Timeline" ("OrderId", "Id", "At", "What", "By", "Note", "Facts")
        SELECT o."Id", o."Version", @p0, 'attention', 'worker', 'unreadable', '{"reason":"unreadable"}' FROM "Orders" AS o
            WHERE o."Id" = @p1
        ON CONFLICT DO NOTHING
        """;

    private const string SelectVersion = """SELECT "Version" FROM "Orders" WHERE "Id" = @p0""";
    private const string OrderOfPayment = """SELECT "OrderId" FROM "Payments" WHERE "Id" = @p0""";
    private const string OrderOfRefund = """SELECT "OrderId" FROM "Refunds" WHERE "Id" = @p0""";

    /// <param name="id">Of an order, a payment or a refund whose check failed.</param>
    internal async Task RecordIfUnreadableAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            string? orderId = id;
            if (!TypeId.IsOne(TypeId.Order, id))
            {
                string question = TypeId.IsOne(TypeId.Refund, id) ? OrderOfRefund : OrderOfPayment;
                orderId = await database.ReadAsync(sql => sql.FindAsync(question, static row => row.Text(0), id), cancellationToken);
            }

            if (orderId is not null && await WhyUnreadableAsync(orderId, cancellationToken) is { } why)
            {
                bool isNew = await database.WriteAsync(sql => RaiseAsync(sql, orderId), cancellationToken);
                if (isNew)
                {
                    Log.Unreadable(logger, why, orderId);
                }
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.NotRecorded(logger, failure, id);
        }
    }

    private async Task<Exception?> WhyUnreadableAsync(string orderId, CancellationToken cancellationToken)
    {
        try
        {
            await orders.CheckReadableAsync(orderId, cancellationToken);
            return null;
        }
        catch (Exception failure) when (RowFailures.IsOfRow(failure))
        {
            return failure;
        }
    }

    private async Task<bool> RaiseAsync(SqlSession sql, string orderId)
    {
        DateTimeOffset now = time.GetUtcNow();
        RaisedReason reason = RaisedReason.Of(
            orderId, AttentionReason.Unreadable, paymentId: null, refundId: null, transactionId: null, now);
        if (await sql.ExecuteAsync(AddReason, reason.Id, now, orderId) == 0)
        {
            return false;
        }

        await sql.ExecuteAsync(SetAttention, orderId);
        await sql.ExecuteAsync(AddTimeline, now, orderId);
        int version = await sql.FindAsync(SelectVersion, static row => row.Count(0), orderId);
        await EventOutbox.AddAsync(sql, events.OfUnreadable(reason), orderId, version);
        sql.Change(orderId);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "Order {OrderId} can't be read: it is left out of the worker's passes until a person resolves its reason unreadable")]
        internal static partial void Unreadable(ILogger logger, Exception why, string orderId);

        [LoggerMessage(Level = LogLevel.Error, Message = "Whether {Id} can be read could not be found out or recorded")]
        internal static partial void NotRecorded(ILogger logger, Exception failure, string id);
    }
}
