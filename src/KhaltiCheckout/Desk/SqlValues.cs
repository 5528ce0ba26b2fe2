using System.Globalization;

namespace KhaltiCheckout.Desk;

/// <summary>The values of a query, in the order of their numbers in its text.</summary>
internal sealed class SqlValues
{
    private readonly List<object> _values = [];

    internal object[] All => [.. _values];

    /// <summary>Returns what stands for it in the text.</summary>
    internal string Add(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"{{{_values.Count - 1}}}");
    }
}
