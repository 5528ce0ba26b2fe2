using Khalti.Client;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Catalogue;

/// <summary>How products are stored, and the eight that the demo shop starts with. Four cost less than NPR 200, which is
/// all that Khalti lets a merchant take before KYC.</summary>
internal sealed class ProductMapping : IEntityTypeConfiguration<Product>
{
    public void Configure(EntityTypeBuilder<Product> builder)
    {
        builder.ToTable("Products");
        builder.Property(product => product.Id).HasMaxLength(50);
        builder.HasData(
            Of(1, "prayer-flags", 15_000, "Prayer flags", "लुङ्ता",
                "A string of ten cotton flags in the five colours of the elements.",
                "पञ्चतत्त्वका पाँच रङमा दश वटा सुती ध्वजाको माला।"),
            Of(2, "ilam-tea", 18_500, "Ilam tea", "इलाम चिया",
                "100 g of orthodox black tea from the hills of Ilam, second flush.",
                "इलामका पहाडबाट दोस्रो टिपाइको १०० ग्राम अर्थोडक्स कालो चिया।"),
            Of(3, "timur-pepper", 12_000, "Timur pepper", "टिमुर",
                "50 g of hand-picked timur from Myagdi: citrus first, then the tingle.",
                "म्याग्दीमा हातले टिपेको ५० ग्राम टिमुर: पहिले सुन्तलाको बास्ना, अनि झमझम।"),
            Of(4, "lokta-notebook", 19_500, "Lokta notebook", "लोक्ता कापी",
                "80 pages of handmade lokta paper, bound with cotton thread.",
                "हाते लोक्ता कागजका ८० पाना, सुती धागोले बाँधिएको।"),
            Of(5, "dhaka-topi", 50_000, "Dhaka topi", "ढाका टोपी",
                "Handwoven Dhaka cloth from Palpa, sewn the classic way.",
                "पाल्पाको हाते ढाका कपडा, परम्परागत सिलाइ।"),
            Of(6, "felt-slippers", 89_000, "Felt slippers", "फेल्टका चप्पल",
                "Thick New Zealand wool, felted and sewn in Kathmandu. Warm on a stone floor.",
                "काठमाडौँमा बनेको बाक्लो ऊनी फेल्ट। चिसो भुइँमा पनि न्यानो।"),
            Of(7, "singing-bowl", 320_000, "Singing bowl", "सिङ्गिङ बाउल",
                "Hand-hammered in Patan, 14 cm, with striker and cushion.",
                "पाटनमा हातले पिटेर बनाएको, १४ से.मि., मुङ्ग्रो र चकटीसहित।"),
            Of(8, "pashmina-shawl", 450_000, "Pashmina shawl", "पश्मिना सल",
                "Chyangra wool from Mustang, handwoven, 70 by 200 cm.",
                "मुस्ताङको च्याङ्ग्राको ऊन, हाते बुनाइ, ७० गुणा २०० से.मि.।"));
    }

    private static Product Of(
        int position, string id, long price, string name, string nameNe, string description, string descriptionNe) => new()
        {
            Id = id,
            Name = name,
            NameNe = nameNe,
            Description = description,
            DescriptionNe = descriptionNe,
            Price = new Paisa(price),
            Position = position,
        };
}

internal static class ProductTable
{
    extension(CheckoutDb db)
    {
        internal DbSet<Product> Products => db.Set<Product>();
    }
}
