using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Desk;

/// <summary>Shows one order with everything that happened to it.</summary>
internal static partial class ShowAdminOrder
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, UnreadableOrders unreadable, ILogger<UnreadableOrders> logger, CancellationToken cancellationToken)
    {
        try
        {
            return await AdminOrders.FindAsync(db, id, cancellationToken) is { } order
                ? TypedResults.Ok(order) : Problems.NotFound("order");
        }
        catch (Exception failure) when (RowFailures.IsOfRow(failure))
        {
            Log.Unreadable(logger, failure, id);
            await unreadable.RecordIfUnreadableAsync(id, cancellationToken);
            return Problems.OrderUnreadable();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Order {OrderId} can't be read, so the desk can't show it")]
        internal static partial void Unreadable(ILogger logger, Exception failure, string orderId);
    }
}
