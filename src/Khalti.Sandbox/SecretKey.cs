using Microsoft.AspNetCore.Http.Features;

namespace Khalti.Sandbox;

/// <summary>The merchant's server proves itself by <c>Authorization: Key …</c>; the scheme in any case.</summary>
internal static class SecretKey
{
    /// <summary>Lets only calls with a valid secret key pass, and tells them whose it is.</summary>
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

    /// <summary>The ePayment product has keys of its own, from a dashboard of its own. Goes behind <see cref="Require"/>.</summary>
    internal static async ValueTask<object?> RequireEPayment(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        call.HttpContext.Account().Mode == Mode.EPayment ? await next(call) : Errors.WrongKey();

    /// <summary>Whose key it was. Only behind <see cref="Require"/>.</summary>
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
