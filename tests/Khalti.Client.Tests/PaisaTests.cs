using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Khalti.Client.Tests;

public class PaisaTests
{
    private static readonly Arbitrary<Paisa> Any = Amounts(long.MaxValue);
    private static readonly Arbitrary<Paisa> Addable = Amounts(long.MaxValue / 4);

    [Fact]
    public void Addition_is_commutative_and_associative() => Prop
        .ForAll(Addable, Addable, Addable, (a, b, c) => a + b == b + a && a + b + c == a + (b + c))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Adding_or_subtracting_zero_changes_nothing() => Prop
        .ForAll(Any, a => a + Paisa.Zero == a && a - Paisa.Zero == a && a - a == Paisa.Zero)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Subtraction_reverses_addition() => Prop
        .ForAll(Addable, Addable, (a, b) => a + b - b == a && a + b - a == b)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Subtracting_more_than_the_amount_throws() => Prop
        .ForAll(Any, Any, (a, b) => a >= b ? (long)(a - b) >= 0 : Throws<OverflowException>(() => a - b))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_sum_is_exact_or_an_exception() => Prop
        .ForAll(Any, Any, (a, b) => (Int128)(long)a + (long)b is var sum && sum <= long.MaxValue
            ? (long)(a + b) == sum
            : Throws<OverflowException>(() => a + b))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_product_is_exact_or_an_exception() => Prop
        .ForAll(Any, Quantities(), (price, quantity) => (Int128)(long)price * quantity is var product && product <= long.MaxValue
            ? (long)(price * quantity) == product
            : Throws<OverflowException>(() => price * quantity))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_product_equals_repeated_addition() => Prop
        .ForAll(Amounts(1_000_000), Gen.Choose(0, 50).ToArbitrary(), (price, quantity) =>
            price * quantity == Enumerable.Repeat(price, quantity).Aggregate(Paisa.Zero, (sum, one) => sum + one))
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, -1)]
    [InlineData(1000, -1)]
    [InlineData(long.MaxValue, -2)]
    [InlineData(long.MaxValue, int.MinValue)]
    public void A_negative_quantity_throws(long price, int quantity) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new Paisa(price) * quantity).ParamName.ShouldBe("quantity");

    [Fact]
    public void A_negative_amount_throws() => Prop
        .ForAll(Any, a => a == Paisa.Zero
            || (Throws<ArgumentOutOfRangeException>(() => new Paisa(-(long)a))
                && Throws<ArgumentOutOfRangeException>(() => (Paisa)(-(long)a))))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Amounts_compare_like_their_paisa() => Prop
        .ForAll(Any, Any, (a, b) => (long)a is var x && (long)b is var y
            && (a < b) == (x < y) && (a > b) == (x > y) && (a <= b) == (x <= y) && (a >= b) == (x >= y)
            && (a == b) == (x == y) && Math.Sign(a.CompareTo(b)) == x.CompareTo(y)
            && Math.Sign(a.CompareTo(b)) == -Math.Sign(b.CompareTo(a)) && (a != b || a.GetHashCode() == b.GetHashCode()))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_is_transitive() => Prop
        .ForAll(Any, Any, Any, (a, b, c) => !(a <= b && b <= c) || a <= c)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void An_amount_survives_JSON_as_an_integer() => Prop
        .ForAll(Any, a => JsonSerializer.Serialize(a) == $"{(long)a}" && JsonSerializer.Deserialize<Paisa>($"{(long)a}") == a)
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("10.5")]
    [InlineData("1000.0")]
    [InlineData("1e3")]
    [InlineData("1E-3")]
    [InlineData("-1")]
    [InlineData("-1000")]
    [InlineData("9223372036854775808")]
    [InlineData("1e400")]
    [InlineData("\"1000\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1000]")]
    [InlineData("{\"amount\": 1000}")]
    public void JSON_other_than_an_integer_of_zero_or_more_is_refused(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Paisa>(json));

    [Fact]
    public void JSON_text_is_refused_even_where_numbers_may_be_text()
    {
        JsonSerializerOptions web = new(JsonSerializerDefaults.Web);

        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Paisa>("\"1000\"", web));
        JsonSerializer.Deserialize<Paisa?>("null", web).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, "Rs 0.00")]
    [InlineData(5, "Rs 0.05")]
    [InlineData(1050, "Rs 10.50")]
    [InlineData(100_000, "Rs 1000.00")]
    [InlineData(long.MaxValue, "Rs 92233720368547758.07")]
    public void ToString_shows_rupees(long paisa, string text) => new Paisa(paisa).ToString().ShouldBe(text);

    [Fact]
    public void ToString_shows_the_exact_amount() => Prop
        .ForAll(Any, a => a.ToString() is ['R', 's', ' ', .. var rupees] && rupees.Replace(".", "", StringComparison.Ordinal) is var digits
            && digits.TrimStart('0') == (a == Paisa.Zero ? "" : $"{(long)a}") && rupees[^3] == '.')
        .QuickCheckThrowOnFailure();

    [Fact]
    public void The_default_is_zero() => default(Paisa).ShouldBe(new Paisa(0));

    private static Gen<long> Wide =>
        Gen.Choose(0, int.MaxValue).SelectMany(high => Gen.Choose(0, int.MaxValue), (high, low) => ((long)high << 32) | ((long)low << 1));

    /// <summary>Amounts up to a maximum; values near it and small values are frequent.</summary>
    private static Arbitrary<Paisa> Amounts(long largest) => Gen
        .OneOf(
            Gen.Choose(0, 100_000).Select(small => (long)small),
            Gen.Elements(0L, 1, 99, 100, 1000, largest - 1, largest),
            Wide.Select(wide => largest == long.MaxValue ? wide : wide % (largest + 1)))
        .Select(paisa => new Paisa(paisa))
        .ToArbitrary();

    private static Arbitrary<int> Quantities() =>
        Gen.OneOf(Gen.Choose(0, 100), Gen.Elements(0, 1, 2, int.MaxValue)).ToArbitrary();

    private static bool Throws<T>(Func<object> work)
        where T : Exception
    {
        try
        {
            work();
            return false;
        }
        catch (T)
        {
            return true;
        }
    }
}
