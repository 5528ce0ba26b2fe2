using System.Collections.Frozen;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace KhaltiCheckout.Access;

/// <summary>What a key may do. A route names the one it wants: <c>.RequireAuthorization(Scopes.Read)</c>.</summary>
internal static class Scopes
{
    /// <summary>See every order, with its timeline.</summary>
    internal const string Read = "read";

    /// <summary>Place orders with lines, a reference and a return address of one's own.</summary>
    internal const string Checkout = "checkout";

    /// <summary>Refund payments.</summary>
    internal const string Refund = "refund";

    /// <summary>Everything, keys included.</summary>
    internal const string Admin = "admin";

    /// <summary>For what became of a refund: a key that may refund may read it.</summary>
    internal const string ReadOrRefund = "read_or_refund";

    /// <summary>For routes that want to know who asks, whatever they may do.</summary>
    internal const string AnyKey = "any_key";

    /// <summary>For routes that take a key and do without: one that is wrong is refused, and never taken for none.</summary>
    internal const string KeyOrNone = "key_or_none";

    internal static readonly FrozenSet<string> All = new[] { Read, Checkout, Refund, Admin }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A policy for each scope, of the same name.</summary>
    internal static void AddTo(AuthorizationBuilder authorization)
    {
        foreach (string scope in All)
        {
            authorization.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireAssertion(asked => asked.User.MayDo(scope)));
        }

        authorization.AddPolicy(
            ReadOrRefund,
            policy => policy.RequireAuthenticatedUser().RequireAssertion(asked => asked.User.MayDo(Read) || asked.User.MayDo(Refund)));
        authorization.AddPolicy(
            AnyKey, policy => policy.RequireAuthenticatedUser().RequireAssertion(asked => asked.User.KeyId() is not null));
        authorization.AddPolicy(KeyOrNone, policy => policy.RequireAssertion(
            async asked => asked.Resource is HttpContext http && (await http.AuthenticateAsync()).Failure is null));
    }
}
