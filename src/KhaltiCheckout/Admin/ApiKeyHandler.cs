using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace KhaltiCheckout.Admin;

/// <summary>
/// Finds out whose key a request brings. A header that can't be read or names no key is a failure and not nobody: routes
/// that take a key refuse it, also those that do without one.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, SettingsKeys settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    internal const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        StringValues header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        KeyHolder? holder = header is [{ } one] && one.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? settings.Find(one[Bearer.Length..].Trim())
            : null;
        return Task.FromResult(holder is null
            ? AuthenticateResult.Fail("No key of this shop.")
            : AuthenticateResult.Success(new AuthenticationTicket(KeyHolders.Principal(holder, SchemeName), SchemeName)));
    }

    // The body follows where every other problem document is made.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
