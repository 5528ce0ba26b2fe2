using System.Security.Cryptography;
using System.Text;

namespace Khalti.Sandbox;

/// <summary>Ids in Khalti's format: 22 characters of an alphabet without look-alikes.</summary>
internal static class Ids
{
    private const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const int Length = 22;

    internal static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>A deterministic id of a payer, merchant, state or bank: the same on every machine.</summary>
    internal static string For(string thing)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(thing));
        return string.Create(Length, hash, static (id, bytes) =>
        {
            for (int i = 0; i < id.Length; i++)
            {
                id[i] = Alphabet[bytes[i] % Alphabet.Length];
            }
        });
    }
}
