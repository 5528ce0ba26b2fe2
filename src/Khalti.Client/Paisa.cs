using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Khalti.Client;

/// <summary>
/// An amount of Nepalese money in paisa: a whole number, never negative (NPR 1 = 100 paisa). Every amount that Khalti
/// takes or gives is in this unit. The default value is zero.
/// </summary>
/// <remarks>Largest value: <see cref="long.MaxValue"/> paisa. Arithmetic that leaves the range throws
/// <see cref="OverflowException"/> instead of wrapping.</remarks>
[JsonConverter(typeof(PaisaJsonConverter))]
public readonly record struct Paisa : IComparable<Paisa>
{
    private readonly long _value;

    /// <summary>Makes an amount.</summary>
    /// <param name="paisa">Paisa, zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="paisa"/> is negative.</exception>
    public Paisa(long paisa)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(paisa);
        _value = paisa;
    }

    /// <summary>Zero paisa.</summary>
    public static Paisa Zero => default;

    /// <summary>Converts an amount to paisa, for JSON and database.</summary>
    /// <param name="amount">The amount.</param>
    public static explicit operator long(Paisa amount) => amount._value;

    /// <summary>Converts paisa to an amount.</summary>
    /// <param name="paisa">Paisa, zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="paisa"/> is negative.</exception>
    public static explicit operator Paisa(long paisa) => new(paisa);

    /// <summary>The sum.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    /// <exception cref="OverflowException">The sum is beyond <see cref="long.MaxValue"/> paisa.</exception>
    public static Paisa operator +(Paisa left, Paisa right) => new(checked(left._value + right._value));

    /// <summary>The difference.</summary>
    /// <param name="left">The larger amount.</param>
    /// <param name="right">The amount to subtract.</param>
    /// <exception cref="OverflowException"><paramref name="right"/> is larger than <paramref name="left"/>.</exception>
    public static Paisa operator -(Paisa left, Paisa right) =>
        right._value > left._value
            ? throw new OverflowException("An amount of money can't be less than nothing.")
            : new(left._value - right._value);

    /// <summary>A price multiplied by a quantity.</summary>
    /// <param name="price">The price of one.</param>
    /// <param name="quantity">The quantity, zero or more.</param>
    /// <exception cref="OverflowException">The product is beyond <see cref="long.MaxValue"/> paisa.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quantity"/> is negative.</exception>
    public static Paisa operator *(Paisa price, int quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(quantity);
        return new(checked(price._value * quantity));
    }

    /// <summary>Whether the first amount is smaller.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(Paisa left, Paisa right) => left._value < right._value;

    /// <summary>Whether the first amount is larger.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(Paisa left, Paisa right) => left._value > right._value;

    /// <summary>Whether the first amount is not larger.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(Paisa left, Paisa right) => left._value <= right._value;

    /// <summary>Whether the first amount is not smaller.</summary>
    /// <param name="left">One amount.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(Paisa left, Paisa right) => left._value >= right._value;

    /// <inheritdoc/>
    public int CompareTo(Paisa other) => _value.CompareTo(other._value);

    /// <summary>Rupees and paisa for display, e.g. <c>Rs 10.50</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"Rs {_value / 100}.{_value % 100:00}");
}

/// <summary>Writes <see cref="Paisa"/> as a JSON integer and reads integers of zero or more only.</summary>
public sealed class PaisaJsonConverter : JsonConverter<Paisa>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">Anything but an integer between 0 and <see cref="long.MaxValue"/>.</exception>
    public override Paisa Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long paisa) && paisa >= 0
            ? new Paisa(paisa)
            : throw new JsonException("An amount is a whole number of paisa, zero or more.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Paisa value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((long)value);
}
