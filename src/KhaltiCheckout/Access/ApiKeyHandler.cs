using System.Text.Encodings.Web;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace KhaltiCheckout.Access;

/// <summary>
/// Finds out whose key a request brings, in its header or by the cookie of the admin pages. A header that can't be read or
/// names no key is a failure, not an anonymous request: routes that take a key refuse it, also where the key is optional.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TimeProvider time,
    AuthenticationThrottle throttle, SecurityLog security)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    internal const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    // Set when the key was not looked at, because too many wrong ones came before.
    private TimeSpan? _wait;

    // Made for those who bring a key. Most requests are a shopper's.
    private Keys Keys => Context.RequestServices.GetRequiredService<Keys>();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        StringValues header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return await FromCookieAsync();
        }

        string key = header is [{ } one] && one.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? one[Bearer.Length..].Trim() : "";
        KeySource source = new(ClientNetwork.Of(Context));
        _wait = throttle.WaitFor(source, key);
        if (_wait is not null)
        {
            return AuthenticateResult.Fail("Too many wrong keys.");
        }

        KeyHolder? holder = key.Length > 0 ? await Keys.FindAsync(key, Context, Context.RequestAborted) : null;
        if (holder is null)
        {
            throttle.Fail(source, key, isReserved: false);
            security.KeyRefused(Context);
            return AuthenticateResult.Fail("No key of this shop.");
        }

        throttle.Succeed(source, key, isReserved: false);
        return AuthenticateResult.Success(new AuthenticationTicket(KeyHolders.Principal(holder, SchemeName), SchemeName));
    }

    // The body follows where every other problem document is made.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_wait is { } wait)
        {
            return Problems.TooManyWrongKeys(Response, wait).ExecuteAsync(Context);
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        (Context.User.KeyId() is null ? Problems.CsrfRejected() : Problems.Forbidden()).ExecuteAsync(Context);

    // A cookie that is no longer valid does not affect a shopper in the same browser: the request is anonymous.
    private async Task<AuthenticateResult> FromCookieAsync()
    {
        if (SessionCookie.TokenIn(Request) is not { } token)
        {
            return AuthenticateResult.NoResult();
        }

        string hash = AdminSession.HashOf(token);
        CheckoutDb db = Context.RequestServices.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        AdminSession? session = await db.AdminSessions.AsNoTracking()
            .SingleOrDefaultAsync(session => session.Hash == hash && session.ExpiresAt > now, Context.RequestAborted);
        KeyHolder? holder = session is null
            ? null
            : await Keys.FindBySessionAsync(session.KeyId, token, Context, Context.RequestAborted);
        if (holder is null)
        {
            return AuthenticateResult.NoResult();
        }

        return AuthenticateResult.Success(new AuthenticationTicket(
            SessionCookie.HasCsrfHeader(Request) ? KeyHolders.Principal(
                holder, SchemeName, session!.ExpiresAt) : KeyHolders.Unmeant(SchemeName),
            SchemeName));
    }
}
