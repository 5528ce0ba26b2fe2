using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace KhaltiCheckout.Access;

/// <summary>
/// The letters of a key: <c>kck_</c>, twelve characters that find its row, and forty random ones. Letters that
/// look alike are left out.
/// </summary>
internal sealed partial record ApiKeySecret(string Hint, byte[] Hash)
{
    internal const string Prefix = "kck_";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int PublicLength = 12;
    private const int SecretLength = 40;

    // What a key is compared with when there is no such row. No key has this hash.
    private static readonly byte[] DummyHash = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    /// <summary>A new key. The text is for the caller who asked for it, and is stored nowhere.</summary>
    internal static (string Text, ApiKeySecret Key) New()
    {
        string text =
            $"{Prefix}{RandomNumberGenerator.GetString(Alphabet, PublicLength)}_{RandomNumberGenerator.GetString(Alphabet, SecretLength)}";
        return (text, Read(text)!);
    }

    /// <summary>Null for a text that is no key of this kind.</summary>
    internal static ApiKeySecret? Read(string text) => HintOf(text) is { } hint ? new ApiKeySecret(hint, HashOf(text)) : null;

    /// <summary>The public first part; null for a text that is no key of this kind. Nothing is hashed.</summary>
    internal static string? HintOf(string text) => Form().IsMatch(text) ? text[..(Prefix.Length + PublicLength)] : null;

    /// <summary>Takes as long for a key that was never made as for one that was.</summary>
    internal bool IsKeyTo(byte[]? stored) => CryptographicOperations.FixedTimeEquals(stored ?? DummyHash, Hash);

    // Keys are random, so a plain hash is enough: there is no dictionary to try.
    internal static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("^kck_[0-9a-hjkmnp-tv-z]{12}_[0-9a-hjkmnp-tv-z]{40}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
