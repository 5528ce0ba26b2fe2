using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Khalti.Sandbox;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Access;

/// <summary>Knows the keys of the settings, by their hash, and compares in constant time. They may do everything.</summary>
internal sealed class ConfiguredApiKeys(IOptions<AdminOptions> options)
{
    internal const string NamePrefix = "settings key";

    /// <summary>How ids of these keys begin, and what a session keeps of one.</summary>
    internal const string IdPrefix = "settings_";

    private const int BindingBytes = 10;

    private readonly SettingsKey[] _keys = [.. options.Value.ApiKeys.Select(SettingsKey.At)];

    internal KeyHolder? Find(string key, HttpContext http) => Allowed(Find(key), http);

    /// <summary>The position of this key in the settings; null for any other text.</summary>
    internal string? IdOf(string key) => Find(key)?.Holder.Id;

    /// <summary>
    /// What a session keeps of a settings key: a code of the key under the session's own token, of which the database has only the
    /// hash. So a copy of the database gives nothing to try guesses on, and the session ends when its key leaves the settings.
    /// </summary>
    internal string SessionKeyId(KeyHolder holder, string token) =>
        Array.Find(_keys, key => key.Holder.Id == holder.Id) is { } found ? BindingOf(found, token) : holder.Id;

    internal KeyHolder? FindBySession(string sessionKeyId, string token, HttpContext http) =>
        sessionKeyId.StartsWith(IdPrefix, StringComparison.Ordinal)
            ? Allowed(Array.Find(_keys, key => BindingOf(key, token) == sessionKeyId), http)
            : null;

    private SettingsKey? Find(string key)
    {
        // All of them are compared, so that the time tells nothing about which one was nearly right.
        byte[] given = ApiKeySecret.HashOf(key);
        SettingsKey? found = null;
        foreach (SettingsKey one in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(one.Hash, given) ? one : found;
        }

        return found;
    }

    // Behind a tunnel or a proxy on this machine the development key opens nothing, whether the proxy's headers are believed or not.
    private static KeyHolder? Allowed(SettingsKey? key, HttpContext http) =>
        key is null || (key.IsPublished && !ComesFromThisMachine(http)) ? null : key.Holder;

    // Without an address is a test server in memory: a Unix socket counts as reachable from elsewhere, so it starts without this key.
    private static bool ComesFromThisMachine(HttpContext http) =>
        (http.Connection.RemoteIpAddress is not { } client || IPAddress.IsLoopback(client)) && !ProxyHeaders.ArePresent(http.Request);

    private static string BindingOf(SettingsKey key, string token) =>
        IdPrefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), key.Hash).AsSpan(0, BindingBytes));

    private sealed record SettingsKey(byte[] Hash, bool IsPublished, KeyHolder Holder)
    {
        internal static SettingsKey At(string key, int position)
        {
            string number = (position + 1).ToString(CultureInfo.InvariantCulture);
            return new(
                ApiKeySecret.HashOf(key), key == AdminOptionsRules.DevelopmentKey,
                new KeyHolder(IdPrefix + number, $"{NamePrefix} {number}", [.. Scopes.All.Order(StringComparer.Ordinal)]));
        }
    }
}
