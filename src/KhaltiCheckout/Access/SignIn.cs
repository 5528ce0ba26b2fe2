using FluentValidation;
using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>Sign in to the admin pages.</summary>
public sealed record SignInRequest(string Key)
{
    /// <summary>An API key.</summary>
    public string Key { get; init; } = InputText.Line(Key);
}

internal sealed class SignInRules : AbstractValidator<SignInRequest>
{
    private const int MaxKeyLength = 500;

    public SignInRules() => RuleFor(request => request.Key).NotEmpty().WithMessage("The key.")
        .MaximumLength(MaxKeyLength).WithMessage($"At most {MaxKeyLength} characters.");
}

/// <summary>Who asks.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="ExpiresAt">When to sign in again; null for a request that brought the key itself.</param>
public sealed record SessionView(string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt);

/// <summary>Takes a key and gives a cookie, so that no page has to keep the key.</summary>
internal static class SignIn
{
    internal static async Task<Results<Ok<SessionView>, ProblemHttpResult>> Handle(
        SignInRequest request, HttpContext http, Keys keys, ConfiguredApiKeys settings, AuthenticationThrottle throttle, CheckoutDb db,
        TimeProvider time, SecurityLog security, CancellationToken cancellationToken)
    {
        // Wrong keys of others never lock out a signed-in caller, who is limited by a count of their own.
        KeySource source = KeySource.Of(http);
        string key = request.Key;
        if (throttle.Reserve(source, key) is { } wait)
        {
            security.SignInThrottled(http);
            return Problems.TooManyWrongKeys(http.Response, wait);
        }

        if (await keys.FindAsync(key, http, cancellationToken) is not { } holder)
        {
            throttle.Fail(source, key, isReserved: true);
            security.SignInRefused(http);
            return Problems.WrongKey();
        }

        throttle.Succeed(source, key, isReserved: true);
        string token = AdminSession.NewToken();
        string? before = SessionCookie.HashIn(http.Request);
        DateTimeOffset now = time.GetUtcNow();
        AdminSession session = await db.WriteAsync(
            async () =>
            {
                await db.AdminSessions.Where(old => old.Hash == before).ExecuteDeleteAsync(cancellationToken);
                string[] tooOld = await SessionsOf(holder, db.AdminSessions).OrderByDescending(old => old.CreatedAt)
                    .Skip(AdminSession.MaxOfKey - 1).Select(old => old.Hash).ToArrayAsync(cancellationToken);
                await db.AdminSessions.Where(old => tooOld.Contains(old.Hash)).ExecuteDeleteAsync(cancellationToken);
                AdminSession begun = AdminSession.Begin(
                    token, settings.SessionKeyId(holder, token), holder.Name, ClientNetwork.AddressOf(http), now);
                db.Add(begun);
                return begun;
            },
            cancellationToken);
        SessionCookie.Give(http, token);
        security.SignedIn(http, holder);
        return TypedResults.Ok(new SessionView(holder.Name, [.. holder.Scopes], session.ExpiresAt));
    }

    // What sessions keep of a key of the settings is different in each, but its name is not.
    private static IQueryable<AdminSession> SessionsOf(KeyHolder holder, IQueryable<AdminSession> sessions) =>
        holder.Id.StartsWith(ConfiguredApiKeys.IdPrefix, StringComparison.Ordinal)
            ? sessions.Where(session => session.KeyName == holder.Name && session.KeyId.StartsWith(ConfiguredApiKeys.IdPrefix))
            : sessions.Where(session => session.KeyId == holder.Id);
}
