using System.Text.Encodings.Web;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace KhaltiCheckout.Admin;

/// <summary>
/// Finds out whose key a request brings, in its header or by the cookie of the admin pages. A header that can't be read or
/// names no key is a failure and not nobody: routes that take a key refuse it, also those that do without one.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    internal const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    // Made for those who bring a key. Most requests are a shopper's.
    private Keys Keys => Context.RequestServices.GetRequiredService<Keys>();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        StringValues header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return await FromCookieAsync();
        }

        KeyHolder? holder = header is [{ } one] && one.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? await Keys.FindAsync(one[Bearer.Length..].Trim(), Context.RequestAborted)
            : null;
        return holder is null
            ? AuthenticateResult.Fail("No key of this shop.")
            : AuthenticateResult.Success(new AuthenticationTicket(KeyHolders.Principal(holder, SchemeName), SchemeName));
    }

    // The body follows where every other problem document is made.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        (Context.User.KeyId() is null ? Problems.NotMeant() : Problems.Forbidden()).ExecuteAsync(Context);

    // A cookie that has lost its worth is no trouble to a shopper in the same browser: nobody is signed in, that is all.
    private async Task<AuthenticateResult> FromCookieAsync()
    {
        if (SessionCookie.HashIn(Request) is not { } hash)
        {
            return AuthenticateResult.NoResult();
        }

        CheckoutDb db = Context.RequestServices.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        AdminSession? session = await db.AdminSessions.AsNoTracking()
            .SingleOrDefaultAsync(session => session.Hash == hash && session.ExpiresAt > now, Context.RequestAborted);
        KeyHolder? holder = session is null ? null : await Keys.FindByIdAsync(session.KeyId, Context.RequestAborted);
        if (holder is null)
        {
            return AuthenticateResult.NoResult();
        }

        return AuthenticateResult.Success(new AuthenticationTicket(
            SessionCookie.IsMeant(Request) ? KeyHolders.Principal(holder, SchemeName, session!.ExpiresAt) : KeyHolders.Unmeant(SchemeName),
            SchemeName));
    }
}
