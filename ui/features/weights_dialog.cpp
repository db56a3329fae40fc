#include "ui/features/weights_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>

#include "ui/lanes/thumbnails.h"
#include "ui/widgets/card.h"
#include "ui/widgets/read_only_text.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 620;
constexpr auto kNotice =
    "The file is its publisher's and comes under the licence above. Nothing is sent but the request "
    "for it.";

QString sizeText(const WeightsEntry &entry)
{
    if (entry.shownBytes() == 0)
        return QStringLiteral("not known");
    return entry.bytes != 0 ? bytesText(entry.bytes) : QStringLiteral("about %1").arg(bytesText(entry.shownBytes()));
}

}  // namespace

WeightsDialog::WeightsDialog(Session &session, const BackboneStatus &status, QWidget *parent)
    : FittedDialog(kWidth, parent), m_session(session), m_offers(status.offers)
{
    const QString title = QStringLiteral("Weights for %1").arg(QString::fromStdString(status.title));
    setWindowTitle(title);
    auto *layout = newBox<QVBoxLayout>(14, this, {20, 18, 20, 16});
    layout->addWidget(new TextLabel(title, static_cast<int>(TextRole::Title)));

    if (m_offers.size() > 1) {
        auto *choices = newBox<QVBoxLayout>(6);
        for (std::size_t i = 0; i < m_offers.size(); ++i) {
            const WeightsEntry &offer = m_offers[i];
            auto *choice = new QRadioButton(
                QStringLiteral("%1 · %2").arg(menuText(QString::fromStdString(offer.title)), sizeText(offer)));
            choice->setChecked(i == 0);
            connect(choice, &QRadioButton::toggled, this, [this, i](bool on) {
                if (on)
                    show(i);
            });
            choices->addWidget(choice);
        }
        layout->addLayout(choices);
    }

    for (TextLabel **fact : {&m_file, &m_size, &m_source, &m_licence})
        *fact = paragraph({}, this, TextRole::Body, TextLabel::Tone::Normal);
    m_address = makeReadOnlyText(QStringLiteral("Address"), false);
    m_hash = makeReadOnlyText(QStringLiteral("SHA-256"), true);
    auto *target = paragraph(toQString(status.expectedAt), this, TextRole::Body, TextLabel::Tone::Normal);
    target->setElided(true);
    target->setWordWrap(false);
    auto *facts = new QFormLayout;
    facts->setHorizontalSpacing(16);
    facts->setVerticalSpacing(6);
    facts->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    facts->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    const std::initializer_list<std::pair<const char *, QWidget *>> rows{
        {"File", m_file},       {"Size", m_size},    {"Source", m_source}, {"Licence", m_licence},
        {"Address", m_address}, {"SHA-256", m_hash}, {"Goes to", target}};
    for (const auto &[name, field] : rows)
        facts->addRow(paragraph(QLatin1String(name), this, TextRole::Body), field);
    layout->addLayout(facts);

    m_caution = paragraph({}, this, TextRole::Body, TextLabel::Tone::Warn);
    layout->addWidget(m_caution);
    QString notice = QLatin1String(kNotice);
    if (!status.weights.empty())
        notice += QStringLiteral(" What is installed now is kept beside it, for models that were made with it.");
    layout->addWidget(paragraph(notice, this, TextRole::Body));

    auto *buttons = new QDialogButtonBox(this);
    auto *file = buttons->addButton(QStringLiteral("Choose &file…"), QDialogButtonBox::ActionRole);
    buttons->addButton(QDialogButtonBox::Cancel);
    m_download = buttons->addButton(QStringLiteral("&Download"), QDialogButtonBox::AcceptRole);
    m_download->setProperty("primary", true);
    m_download->setDefault(true);
    file->setToolTip(QStringLiteral("A .safetensors or .pth file that you have; it is copied into the library"));
    connect(buttons, &QDialogButtonBox::accepted, this, &WeightsDialog::fetch);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(file, &QPushButton::clicked, this, [this] {
        reject();
        emit fileWanted();
    });
    layout->addWidget(buttons);
    show(0);
    m_download->setFocus();
}

void WeightsDialog::show(std::size_t offer)
{
    m_shown = offer;
    const WeightsEntry &entry = m_offers[offer];
    m_file->setText(QString::fromStdString(entry.file));
    m_size->setText(sizeText(entry));
    QString source = QString::fromStdString(entry.source);
    if (!entry.note.empty())
        source += (source.isEmpty() ? QString() : QStringLiteral("\n")) + QString::fromStdString(entry.note);
    m_source->setText(source);
    m_licence->setText(entry.licence.empty() ? QStringLiteral("not stated: ask its publisher")
                                             : QString::fromStdString(entry.licence));
    setReadOnlyText(m_address, QString::fromStdString(entry.url));
    setReadOnlyText(m_hash,
                    QString::fromStdString(entry.sha256) + (entry.isWholeHash() ? QString() : QStringLiteral("…")));
    m_caution->setText(entry.isWholeHash()
                           ? QString()
                           : QStringLiteral("Only the first %1 digits of its hash are known: they tell damage, and not "
                                            "every forgery.")
                                 .arg(entry.sha256.size()));
    m_caution->setVisible(!entry.isWholeHash());
    const std::uint64_t partial = m_session.weights().partialBytes(entry);
    m_download->setText(partial > 0 ? QStringLiteral("&Resume (%1)").arg(bytesOfText(partial, entry.shownBytes()))
                                    : QStringLiteral("&Download"));
}

void WeightsDialog::fetch()
{
    accept();
    m_session.weights().fetch(m_offers[m_shown].id);
}

}  // namespace dank::ui
