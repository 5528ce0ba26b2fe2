using FsCheck;
using FsCheck.Fluent;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.Text;

public sealed class TypeIdTests
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    // From the valid.json of the TypeID specification.
    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000", "00000000000000000000000000")]
    [InlineData("00000000-0000-0000-0000-000000000001", "00000000000000000000000001")]
    [InlineData("00000000-0000-0000-0000-00000000000a", "0000000000000000000000000a")]
    [InlineData("00000000-0000-0000-0000-000000000010", "0000000000000000000000000g")]
    [InlineData("00000000-0000-0000-0000-000000000020", "00000000000000000000000010")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("0110c853-1d09-52d8-d73e-1194e95b5f19", "0123456789abcdefghjkmnpqrs")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057", "01h455vb4pex5vsknk084sn02q")]
    public void A_known_UUID_is_formatted_as_specified(string uuid, string suffix) =>
        TypeId.Encode("prefix", Guid.Parse(uuid)).ShouldBe("prefix_" + suffix);

    [Fact]
    public void An_id_is_a_prefix_and_a_UUIDv7_in_Crockford_base_32()
    {
        Prop.ForAll(Instants(), instant =>
        {
            string id = TypeId.New(TypeId.Order, instant);
            UInt128 number = Decode(id["ord_".Length..]);
            return id.StartsWith("ord_", StringComparison.Ordinal)
                && id.Length == TypeId.MaxIdLength
                && (long)(ulong)(number >> 80) == instant.ToUnixTimeMilliseconds()
                && (int)(ulong)((number >> 76) & 0xf) == 7
                && (int)(ulong)((number >> 62) & 0x3) == 0b10;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Ids_sort_by_creation_time()
    {
        Prop.ForAll(Instants().Generator.Two().ToArbitrary(), pair =>
        {
            (DateTimeOffset one, DateTimeOffset other) = pair;
            long difference = one.ToUnixTimeMilliseconds() - other.ToUnixTimeMilliseconds();
            int order = string.CompareOrdinal(TypeId.New(TypeId.Payment, one), TypeId.New(TypeId.Payment, other));
            return difference == 0 || Math.Sign(difference) == Math.Sign(order);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_hundred_thousand_ids_of_one_instant_are_unique()
    {
        HashSet<string> ids = [.. Enumerable.Range(0, 100_000).Select(_ => TypeId.New(TypeId.Order, Noon))];

        ids.Count.ShouldBe(100_000);
    }

    [Fact]
    public void Every_random_bit_of_an_id_varies()
    {
        UInt128 everSet = 0;
        UInt128 alwaysSet = UInt128.MaxValue;
        for (int draw = 0; draw < 200; draw++)
        {
            UInt128 number = Decode(TypeId.New(TypeId.Order, Noon)["ord_".Length..]);
            everSet |= number;
            alwaysSet &= number;
        }

        UInt128 random = ((UInt128.One << 80) - 1) & ~((UInt128)0xf << 76) & ~((UInt128)0x3 << 62);
        (everSet & random).ShouldBe(random);
        (alwaysSet & random).ShouldBe(UInt128.Zero);
    }

    private static UInt128 Decode(string suffix) =>
        suffix.Aggregate(UInt128.Zero, (number, letter) =>
        {
            int digit = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            digit.ShouldBeGreaterThanOrEqualTo(0, suffix);
            return (number << 5) | (UInt128)digit;
        });

    private static Arbitrary<DateTimeOffset> Instants() =>
        Gen.Choose(0, int.MaxValue).Two()
            .Select(pair => DateTimeOffset.FromUnixTimeMilliseconds((pair.Item1 * 2000L) + (pair.Item2 % 2000))).ToArbitrary();
}
