using System.Security.Cryptography;
using System.Text;

namespace Khalti.Sandbox;

/// <summary>Ids as Khalti makes them: 22 characters without the ones that look alike.</summary>
internal static class Ids
{
    private const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const int Length = 22;

    internal static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The same id for the same thing on every machine: payers, merchants, states and banks.</summary>
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
