using Microsoft.AspNetCore.Http.Features;

namespace Khalti.Sandbox;

/// <summary>Authentication by <c>Authorization: Key …</c> (case of the scheme is ignored).</summary>
internal static class KeyHeader
{
    private const string WidgetKey =
        "This is a key of the widget product. ePayment has another one; the merchant with one key for both takes it for each call.";

    /// <summary>A merchant's server: requires a valid secret key and sets the account it belongs to.</summary>
    internal static ValueTask<object?> RequireSecret(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        RequireAsync(call, next, (merchants, key) => merchants.BySecretKey(key));

    /// <summary>An ePayment kit in an app: requires the public key of the ePayment product.</summary>
    internal static ValueTask<object?> RequireEPaymentPublic(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        RequireAsync(call, next, (merchants, key) => merchants.ByPublicKey(key) is { EPayment: true } account ? account : null);

    /// <summary>Requires a key of the ePayment product. Runs after <see cref="RequireSecret"/>.</summary>
    internal static async ValueTask<object?> RequireEPayment(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        call.HttpContext.Account().EPayment ? await next(call) : call.HttpContext.Refuse(Errors.WrongKey(), WidgetKey);

    /// <summary>The account of the key; available after one of the filters.</summary>
    internal static Account Account(this HttpContext context) => context.Features.GetRequiredFeature<Account>();

    private static async ValueTask<object?> RequireAsync(
        EndpointFilterInvocationContext call, EndpointFilterDelegate next, Func<Merchants, string, Account?> find)
    {
        HttpContext context = call.HttpContext;
        if (Check(context.Request.Headers.Authorization.ToString(), out string key) is { } refused)
        {
            return context.Refuse(refused, "Khalti expects a header Authorization: Key <key>, with the word Key and one space.");
        }

        if (find(context.RequestServices.GetRequiredService<Merchants>(), key) is not { } account)
        {
            return context.Refuse(Errors.WrongKey(), "No merchant of the sandbox has such a key for this call: /_sandbox/ shows the keys.");
        }

        context.Features.Set(account);
        return await next(call);
    }

    /// <summary>The answer, with a hint in the journal.</summary>
    private static Answer Refuse(this HttpContext context, Answer refused, string hint)
    {
        context.Features.GetRequiredFeature<ReceivedCall>().Hint = hint;
        return refused;
    }

    private static Answer? Check(string header, out string key)
    {
        string[] parts = header.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        key = parts.Length == 2 ? parts[1] : "";
        return parts.Length == 0 || !parts[0].Equals("Key", StringComparison.OrdinalIgnoreCase) ? Errors.NoKey()
            : parts.Length == 1 ? Errors.Unauthorized("Invalid token header. No credentials provided.")
            : parts.Length > 2 ? Errors.Unauthorized("Invalid token header. Token string should not contain spaces.")
            : null;
    }
}
