using System.Buffers;
using System.Security.Cryptography;

namespace KhaltiCheckout.Shared;

/// <summary>
/// Ids as <see href="https://github.com/jetify-com/typeid">TypeID</see> describes them: a prefix and a UUIDv7 in Crockford
/// base 32. They sort by time, and 74 random bits make them impossible to guess.
/// </summary>
internal static class TypeId
{
    internal const string Order = "ord";
    internal const string Payment = "pay";
    internal const string Refund = "ref";
    internal const string Event = "evt";
    internal const string ApiKey = "key";
    internal const string Reason = "rsn";

    internal const int MaxIdLength = 30;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int SuffixLength = 26;

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    internal static string New(string prefix, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);

        // Which generator stands behind Guid is the platform's choice; these ids are keys to an order, so the choice is ours.
        Span<byte> random = stackalloc byte[10];
        RandomNumberGenerator.Fill(random);
        bytes[6] = (byte)(0x70 | (random[0] & 0x0f));
        bytes[7] = random[1];
        bytes[8] = (byte)(0x80 | (random[2] & 0x3f));
        random[3..].CopyTo(bytes[9..]);
        return Encode(prefix, new Guid(bytes, bigEndian: true));
    }

    /// <summary>The least id that can be made at that instant: where the ids of a time begin.</summary>
    internal static string First(string prefix, DateTimeOffset instant)
    {
        UInt128 number = (UInt128)(ulong)Math.Max(0, instant.ToUnixTimeMilliseconds()) << 80;
        return Encode(prefix, number);
    }

    /// <summary>Whether a text has the form of such an id.</summary>
    internal static bool IsOne(string prefix, string text) =>
        text.Length == prefix.Length + 1 + SuffixLength && text.StartsWith(prefix, StringComparison.Ordinal) && text[prefix.Length] == '_'
        && !text.AsSpan(prefix.Length + 1).ContainsAnyExcept(Letters);

    /// <summary>What a character of an id stands for; below zero when there is none like it in ids.</summary>
    internal static int ValueOf(char character) => Alphabet.IndexOf(character, StringComparison.Ordinal);

    internal static string Encode(string prefix, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Encode(prefix, System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    private static string Encode(string prefix, UInt128 number)
    {
        Span<char> suffix = stackalloc char[SuffixLength];
        for (int position = SuffixLength - 1; position >= 0; position--)
        {
            suffix[position] = Alphabet[(int)(uint)(number & 31)];
            number >>= 5;
        }

        return $"{prefix}_{suffix}";
    }
}
