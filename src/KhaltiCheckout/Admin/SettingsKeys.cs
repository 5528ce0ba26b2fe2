using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Admin;

/// <summary>Knows the keys of the settings, by their hash, and compares in constant time. They may do everything.</summary>
internal sealed class SettingsKeys(IOptions<AdminOptions> options)
{
    internal const string NamePrefix = "settings key";

    private readonly (byte[] Hash, KeyHolder Holder)[] _keys = [.. options.Value.ApiKeys.Select((key, position) =>
    {
        byte[] hash = KeyText.HashOf(key);
        string name = string.Create(CultureInfo.InvariantCulture, $"{NamePrefix} {position + 1}");
        return (hash, new KeyHolder("settings_" + Convert.ToHexStringLower(SHA256.HashData(hash))[..16], name, [.. Scopes.All.Order(StringComparer.Ordinal)]));
    })];

    internal KeyHolder? Find(string key)
    {
        // All of them are compared, so that the time tells nothing about which one was nearly right.
        byte[] given = KeyText.HashOf(key);
        KeyHolder? found = null;
        foreach ((byte[] hash, KeyHolder holder) in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, given) ? holder : found;
        }

        return found;
    }

    internal KeyHolder? FindById(string id) => Array.Find(_keys, key => key.Holder.Id == id).Holder;
}
