using System.Security.Cryptography;

namespace KhaltiCheckout.Model;

/// <summary>
/// The short number of an order, for people: eight random letters and digits of Crockford's alphabet. It does not reveal how much the
/// shop sells, and is no key to the order, as the id is.
/// </summary>
internal static class OrderNumber
{
    internal const int Length = 8;

    private const int BitsPerLetter = 5;
    private const ulong MaxLetter = 31;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    // Eight times five bits.
    internal static string New() => string.Create(
        Length, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), static (number, bits) =>
        {
            for (int place = 0; place < number.Length; place++)
            {
                number[place] = Alphabet[(int)((bits >> (BitsPerLetter * place)) & MaxLetter)];
            }
        });

    /// <summary>As people see it: <c>HZ9D-7DQV</c>.</summary>
    internal static string Format(string number) => $"{number[..(Length / 2)]}-{number[(Length / 2)..]}";

    /// <summary>As it is stored, from what was typed: with or without the dash, in any case, and with the letters that look like digits.
    /// Null for what is no number.</summary>
    internal static string? Parse(string typed)
    {
        string number = string.Concat(typed.Where(letter => letter != '-').Select(char.ToUpperInvariant).Select(letter => letter switch
        {
            'O' => '0',
            'I' or 'L' => '1',
            _ => letter,
        }));
        return number.Length == Length && number.All(Alphabet.Contains) ? number : null;
    }
}
