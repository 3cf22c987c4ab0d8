// `inlet completion`: a script for a shell that asks `inlet complete` what may stand at the cursor. What there is to complete is
// in no script, so none gets out of date.
import * as Effect from "effect/Effect"
import type { Shell } from "../cli/ShellCommands.ts"
import { Output } from "../output/Output.ts"

const BASH = `# Completion of inlet in bash: eval "$(inlet completion bash)" in ~/.bashrc
_inlet() {
  local cur=\${COMP_WORDS[COMP_CWORD]} word file
  [[ $cur == "=" ]] && cur=
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    case $word in
      :file | :folder)
        compopt -o filenames 2>/dev/null
        while IFS= read -r file; do COMPREPLY+=("$file"); done < <(
          if [[ $word == :file ]]; then compgen -f -- "$cur"; else compgen -d -- "$cur"; fi
        )
        ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _inlet inlet
`

const ZSH = `#compdef inlet
# Completion of inlet in zsh: source <(inlet completion zsh) in ~/.zshrc, behind compinit
_inlet() {
  local -a found
  local word meaning
  while IFS=$'\\t' read -r word meaning; do
    case $word in
      :file) compset -P '*='; _files; return ;;
      :folder) compset -P '*='; _files -/; return ;;
      *) found+=("\${word//:/\\\\:}\${meaning:+:$meaning}") ;;
    esac
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe inlet found
}
if [[ $funcstack[1] == _inlet ]]; then _inlet "$@"; else compdef _inlet inlet; fi
`

const FISH = `# Completion of inlet in fish: inlet completion fish > ~/.config/fish/completions/inlet.fish
function __inlet_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    test -n "$current"; or set current ""
    for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :file
                __fish_complete_path "$current"
            case :folder
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete -c inlet -f -a '(__inlet_complete)'
`

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }

export const run = Effect.fnUntraced(function* ({ shell }: { readonly shell: Shell }) {
  const output = yield* Output
  const script = SCRIPTS[shell]
  yield* output.json ? output.item({ shell, script }) : output.write(script)
  return 0
})
