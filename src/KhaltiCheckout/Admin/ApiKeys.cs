using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace KhaltiCheckout.Admin;

internal enum KeyCheck
{
    /// <summary>The request brings no key.</summary>
    None,

    /// <summary>It brings something that is no key of ours.</summary>
    Wrong,
    Valid,
}

/// <summary>Knows the keys of the settings, by their hash, and compares in constant time.</summary>
internal sealed class ApiKeys(IOptions<AdminOptions> options)
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes = [.. options.Value.ApiKeys.Select(Hash)];

    internal KeyCheck Of(HttpRequest request)
    {
        StringValues header = request.Headers.Authorization;
        if (header.Count == 0)
        {
            return KeyCheck.None;
        }

        if (header is not [{ } one] || !one.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return KeyCheck.Wrong;
        }

        // All of them are compared, so that the time tells nothing about which one was nearly right.
        byte[] given = Hash(one[Scheme.Length..].Trim());
        bool valid = false;
        foreach (byte[] hash in _hashes)
        {
            valid |= CryptographicOperations.FixedTimeEquals(hash, given);
        }

        return valid ? KeyCheck.Valid : KeyCheck.Wrong;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
