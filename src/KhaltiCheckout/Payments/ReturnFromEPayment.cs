using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;

namespace KhaltiCheckout.Payments;

/// <summary>
/// Where Khalti sends the browser back. What stands in the address is unsigned, forged with a text editor, and at times
/// missing: only <c>pidx</c> is read, as a reason to ask Khalti, and the page shows what Khalti said.
/// </summary>
internal static partial class ReturnFromEPayment
{
    internal const string PlainOrderCookie = "checkout-order";
    internal const string SecureOrderCookie = "__Secure-" + PlainOrderCookie;

    private const int MaxPidxLength = 200;

    // How long a second arrival waits for what the first one is asking.
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(2);

    internal static async Task<IResult> Handle(
        HttpRequest request, OrderStore orders, PaymentProcessor payments, LookupBudget lookups, OrderChanges changes,
        TimeProvider time, ILogger<PaymentProcessor> logger, CancellationToken cancellationToken)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        StringValues told = request.Query["pidx"];
        string? pidx = told is [{ Length: > 0 and <= MaxPidxLength } one] ? one : null;
        Payment? payment = pidx is null ? null
            : await orders.FindPaymentByPidxAsync(pidx, cancellationToken);
        if (payment is null)
        {
            // Some failures come back without pidx. Then the browser knows which order it left from; anybody else's it
            // can't name.
            string? left = StringValues.IsNullOrEmpty(told)
                ? request.Cookies[IsHttps(request.HttpContext) ? SecureOrderCookie : PlainOrderCookie] : null;
            bool known = left is not null && await orders.FindVersionAsync(left, cancellationToken) is not null;
            return SeeOther(request, known ? PageOf(left!) : "/order.html");
        }

        // Before anything that may fail: it never changes.
        Order order = (await orders.FindAsync(payment.OrderId, cancellationToken))!;
        try
        {
            if (payment.Status is not (PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded)
                && lookups.TryTake(payment.OrderId)
                && await payments
                    .CheckWithLeaseAsync(payment.Id, Actor.Shopper, CheckTrigger.Return, cancellationToken, returned: true) is null
                && (await orders.FindPaymentAsync(payment.Id, cancellationToken))?.IsLeased(time.GetUtcNow()) == true)
            {
                await changes.WaitAsync(payment.OrderId, AMoment, TimeProvider.System, cancellationToken);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Who has just paid gets the page of the order in any case; the worker asks again.
            Log.CheckFailed(logger, failure, payment.Id);
        }

        return SeeOther(
            request,
            order.ReturnUrl is { } shop
            ? $"{shop}{(shop.Contains('?', StringComparison.Ordinal) ? '&' : '?')}order={order.Id}" : PageOf(order.Id));
    }

    /// <summary>Lets the browser find its order again, on this one route.</summary>
    internal static void Remember(HttpResponse response, string orderId)
    {
        bool https = IsHttps(response.HttpContext);
        response.Cookies.Append(https ? SecureOrderCookie : PlainOrderCookie, orderId, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = https,
            Path = EPaymentGateway.ReturnPath,
            MaxAge = TimeSpan.FromHours(2),
            IsEssential = true,
        });
    }

    private static bool IsHttps(HttpContext http) => http.RequestServices.GetRequiredService<StoreAddress>().IsHttps(http.Request);

    private static string PageOf(string orderId) => $"/order.html?id={Uri.EscapeDataString(orderId)}";

    private static StatusCodeHttpResult SeeOther(HttpRequest request, string address)
    {
        request.HttpContext.Response.Headers.Location = address;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Error, Message = "Asking about payment {PaymentId} failed when its shopper came back; the worker asks again")]
        internal static partial void CheckFailed(ILogger logger, Exception failure, string paymentId);
    }
}
