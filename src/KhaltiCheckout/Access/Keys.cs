using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Access;

/// <summary>Knows every key of this shop: those of the settings and those in the database. Asked anew for each request, so
/// that a revoked key is dead at once, in every process.</summary>
internal sealed class Keys(CheckoutDb db, ConfiguredApiKeys settings, ApiKeyUsageTracker uses)
{
    internal async Task<KeyHolder?> FindAsync(string text, HttpContext http, CancellationToken cancellationToken)
    {
        KeyHolder? holder = settings.Find(text, http);
        if (holder is not null || ApiKeySecret.Read(text) is not { } given)
        {
            return holder;
        }

        ApiKey? key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Hint == given.Hint, cancellationToken);
        return given.IsKeyTo(key?.Hash) ? Live(key) : null;
    }

    /// <summary>Whose sessions these are; null when the key is revoked or was taken out of the settings.</summary>
    internal async Task<KeyHolder?> FindBySessionAsync(string keyId, string token, HttpContext http, CancellationToken cancellationToken) =>
        settings.FindBySession(keyId, token, http)
        ?? Live(await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == keyId, cancellationToken));

    private KeyHolder? Live(ApiKey? key)
    {
        if (key is null || key.RevokedAt is not null)
        {
            return null;
        }

        uses.Note(key);
        return key.Holder();
    }
}
