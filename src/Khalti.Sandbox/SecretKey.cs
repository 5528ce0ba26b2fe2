using Microsoft.AspNetCore.Http.Features;

namespace Khalti.Sandbox;

/// <summary>Authentication of the merchant's server by <c>Authorization: Key …</c> (case of the scheme is ignored).</summary>
internal static class SecretKey
{
    /// <summary>Requires a valid secret key and sets the account it belongs to.</summary>
    internal static async ValueTask<object?> Require(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        HttpContext context = call.HttpContext;
        if (Check(context.Request.Headers.Authorization.ToString(), out Account? account) is { } refused)
        {
            return refused;
        }

        context.Features.Set(account);
        return await next(call);
    }

    /// <summary>Requires a key of the ePayment product. Runs after <see cref="Require"/>.</summary>
    internal static async ValueTask<object?> RequireEPayment(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        call.HttpContext.Account().Mode == Mode.EPayment ? await next(call) : Errors.WrongKey();

    /// <summary>The account of the key; available after <see cref="Require"/>.</summary>
    internal static Account Account(this HttpContext context) => context.Features.GetRequiredFeature<Account>();

    private static Answer? Check(string header, out Account? account)
    {
        account = null;
        string[] parts = header.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || !parts[0].Equals("Key", StringComparison.OrdinalIgnoreCase))
        {
            return Errors.NoKey();
        }

        if (parts.Length == 1)
        {
            return Errors.Unauthorized("Invalid token header. No credentials provided.");
        }

        if (parts.Length > 2)
        {
            return Errors.Unauthorized("Invalid token header. Token string should not contain spaces.");
        }

        account = Merchants.BySecretKey(parts[1]);
        return account is null ? Errors.WrongKey() : null;
    }
}
