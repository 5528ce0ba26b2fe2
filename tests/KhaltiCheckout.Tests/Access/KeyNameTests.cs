using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Access;

/// <summary>No key has a name that people take for another's.</summary>
public sealed class KeyNameTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private const string Keys = "/api/v1/admin/keys";

    private readonly Shop _shop = shared.Shop;

    [Theory]
    [InlineData("Capital Till", "\u0421apital Till")]
    [InlineData("Space shop", "\u0455\u0440\u0430\u0441\u0435 shop")]
    [InlineData("Sunita", "sunita")]
    [InlineData("Ram Office", "Ram  Office")]
    [InlineData("Rita 10", "Rita lO")]
    [InlineData("Modern", "Modem")]
    [InlineData("Maya", "M\u00e1ya")]
    [InlineData("Gita", "Gi\u0323ta")]
    [InlineData("Suman 4", "Su\u200bman\u202e 4\ufeff")]
    [InlineData("Nabin", "\u1e46abin")]
    [InlineData("Hari", "\uff28\uff41\uff52\uff49")]
    [InlineData("Omega", "\u039fmega")]
    [InlineData("\u0938\u0941\u0928 \u0967", "\u0938\u0941\u0928  \u0967")]
    public async Task A_key_name_that_looks_like_an_existing_one_is_refused(string name, string lookalike)
    {
        await _shop.GivenKeyAsync(name, Scopes.Read);

        (await MakeAsync(lookalike)).ShouldBeProblem(409, "name_taken");
    }

    [Theory]
    [InlineData("Till\u200d2")]
    [InlineData("Till\ufe0f2")]
    [InlineData("Till\u034f2")]
    [InlineData("Till\u00072")]
    [InlineData("\u3164")]
    [InlineData("\u2800")]
    [InlineData("\u00a0")]
    [InlineData("Till \u00b2")]
    [InlineData("Till \u2461")]
    [InlineData("\ud835\udc13ill 2")]
    [InlineData("\u0455ettings key 7")]
    [InlineData("comm\u0430nd line")]
    public async Task A_key_name_with_invisible_characters_or_a_reserved_prefix_is_invalid(string name) =>
        (await MakeAsync(name)).ShouldBeProblem(400, "validation_failed");

    [Fact]
    public async Task Distinguishable_key_names_are_accepted_and_normalized()
    {
        string[] names =
        [
            "\uff34\uff49\uff4c\uff4c\u00a0\uff17", "Till 8", "\u092e\u093e\u092f\u093e", "\u092e\u093e\u092f",
            "\u0917\u0930\u094d\u200d\u092f\u094b", "\u5f20\u4f1f",
        ];
        List<string> kept = [];
        foreach (string name in names)
        {
            Answer made = await MakeAsync(name);
            made.Status.ShouldBe(201, made.Text);
            kept.Add((string)made.Json["name"]!);
        }

        kept.ShouldBe(["Till 7", .. names[1..]]);
    }

    private Task<Answer> MakeAsync(string name) =>
        _shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Keys, new { name, scopes = new[] { "read" } });
}
